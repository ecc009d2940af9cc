exec python3 -I -c deploys/ssh/programs/effective.py show root addressfamily=any 'listenaddress=10.0.0.1:22 [fd00::1]:22' permitrootlogin=no authenticationmethods=publickey pubkeyauthentication=yes passwordauthentication=no kbdinteractiveauthentication=no permitemptypasswords=no hostbasedauthentication=no gssapiauthentication=no permituserenvironment=no strictmodes=yes maxauthtries=4 logingracetime=30 maxsessions=10 maxstartups=30:30:60 persourcemaxstartups=20 persourcenetblocksize=32:64 clientaliveinterval=60 clientalivecountmax=3 persourcepenaltyexemptlist=127.0.0.0/8,::1/128,10.0.0.1,fd00::1 allowtcpforwarding=local allowagentforwarding=no allowstreamlocalforwarding=no x11forwarding=no permittunnel=no gatewayports=no loglevel=VERBOSE kexalgorithms=mlkem768x25519-sha256,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512 ciphers=chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr macs=hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com 'authorizedkeysfile=.ssh/authorized_keys .ssh/authorized_keys2' authorizedkeyscommand=none authorizedprincipalscommand=none authorizedprincipalsfile=none trustedusercakeys=none forcecommand=none chrootdirectory=none denygroups= denyusers= usepam=yes allowgroups= allowusers=
# addressfamily: any
# listenaddress: 10.0.0.1:22 [fd00::1]:22
# permitrootlogin: no
# authenticationmethods: publickey
# pubkeyauthentication: yes
# passwordauthentication: no
# kbdinteractiveauthentication: no
# permitemptypasswords: no
# hostbasedauthentication: no
# gssapiauthentication: no
# permituserenvironment: no
# strictmodes: yes
# maxauthtries: 4
# logingracetime: 30
# maxsessions: 10
# maxstartups: 30:30:60
# persourcemaxstartups: 20
# persourcenetblocksize: 32:64
# clientaliveinterval: 60
# clientalivecountmax: 3
# persourcepenaltyexemptlist: 127.0.0.0/8,::1/128,10.0.0.1,fd00::1
# allowtcpforwarding: local
# allowagentforwarding: no
# allowstreamlocalforwarding: no
# x11forwarding: no
# permittunnel: no
# gatewayports: no
# loglevel: VERBOSE
# kexalgorithms: mlkem768x25519-sha256,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512
# ciphers: chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr
# macs: hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,umac-128-etm@openssh.com
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
# allowgroups: 
# allowusers: 
# remediation after_activation:
