exec python3 -I -c deploys/base/programs/users.py show alice bob
# alice.uid: 2001
# alice.home: /home/alice
# alice.shell: /bin/sh
# alice.groups: adm render-queue
# alice.expires: never
# alice.password: locked
# alice.ageing: none
# bob.home: /home/bob
# bob.shell: /bin/bash
# bob.groups: 
# bob.expires: never
# bob.password: locked
# bob.ageing: none
# remediation before_check:
exec python3 -I -c deploys/base/programs/users.py set '[{"name": "alice", "home": "/home/alice", "shell": "/bin/sh", "groups": ["adm", "render-queue"], "uid": 2001}, {"name": "bob", "home": "/home/bob", "shell": "/bin/bash", "groups": [], "uid": null}]'
