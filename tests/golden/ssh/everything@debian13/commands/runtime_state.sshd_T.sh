exec python3 -I -c deploys/ssh/programs/effective.py show root,operator,root addressfamily=any 'listenaddress=0.0.0.0:22 0.0.0.0:2222 [::]:22 [::]:2222' 'allowusers=operator root' 'allowgroups=operator root' permitrootlogin=without-password authenticationmethods=publickey pubkeyauthentication=yes passwordauthentication=no kbdinteractiveauthentication=no permitemptypasswords=no hostbasedauthentication=no gssapiauthentication=no permituserenvironment=no strictmodes=yes maxauthtries=3 logingracetime=20 maxsessions=20 maxstartups=10:30:100 clientaliveinterval=30 clientalivecountmax=3 persourcepenaltyexemptlist=127.0.0.0/8,::1/128 allowtcpforwarding=no allowagentforwarding=yes allowstreamlocalforwarding=no x11forwarding=no permittunnel=no gatewayports=no loglevel=INFO hostkeyalgorithms=ssh-ed25519,rsa-sha2-512,rsa-sha2-256 banner=/etc/ssh/rigwright-banner kexalgorithms=curve25519-sha256,curve25519-sha256@libssh.org ciphers=aes256-gcm@openssh.com,aes256-ctr macs=hmac-sha2-512-etm@openssh.com 'authorizedkeysfile=.ssh/authorized_keys .ssh/authorized_keys2' authorizedkeyscommand=none authorizedprincipalscommand=none authorizedprincipalsfile=none trustedusercakeys=none forcecommand=none chrootdirectory=none denygroups= denyusers= usepam=yes
# addressfamily: any
# listenaddress: 0.0.0.0:22 0.0.0.0:2222 [::]:22 [::]:2222
# allowusers: operator root
# allowgroups: operator root
# permitrootlogin: without-password
# authenticationmethods: publickey
# pubkeyauthentication: yes
# passwordauthentication: no
# kbdinteractiveauthentication: no
# permitemptypasswords: no
# hostbasedauthentication: no
# gssapiauthentication: no
# permituserenvironment: no
# strictmodes: yes
# maxauthtries: 3
# logingracetime: 20
# maxsessions: 20
# maxstartups: 10:30:100
# clientaliveinterval: 30
# clientalivecountmax: 3
# persourcepenaltyexemptlist: 127.0.0.0/8,::1/128
# allowtcpforwarding: no
# allowagentforwarding: yes
# allowstreamlocalforwarding: no
# x11forwarding: no
# permittunnel: no
# gatewayports: no
# loglevel: INFO
# hostkeyalgorithms: ssh-ed25519,rsa-sha2-512,rsa-sha2-256
# banner: /etc/ssh/rigwright-banner
# kexalgorithms: curve25519-sha256,curve25519-sha256@libssh.org
# ciphers: aes256-gcm@openssh.com,aes256-ctr
# macs: hmac-sha2-512-etm@openssh.com
# authorizedkeysfile: .ssh/authorized_keys .ssh/authorized_keys2
# authorizedkeyscommand: none
# authorizedprincipalscommand: none
# authorizedprincipalsfile: none
# trustedusercakeys: none
# forcecommand: none
# chrootdirectory: none
# denygroups: 
# denyusers: 
# usepam: yes
# remediation after_activation:
