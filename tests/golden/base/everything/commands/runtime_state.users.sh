exec python3 -I -c deploys/base/programs/users.py show alice bob Render.Bot-2
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
# Render.Bot-2.home: /srv/people/render-bot
# Render.Bot-2.shell: /bin/bash
# Render.Bot-2.groups: 
# Render.Bot-2.expires: never
# Render.Bot-2.password: locked
# Render.Bot-2.ageing: none
# remediation before_check:
exec python3 -I -c deploys/base/programs/users.py set '[{"name": "alice", "home": "/home/alice", "shell": "/bin/sh", "groups": ["adm", "render-queue"], "uid": 2001}, {"name": "bob", "home": "/home/bob", "shell": "/bin/bash", "groups": [], "uid": null}, {"name": "Render.Bot-2", "home": "/srv/people/render-bot", "shell": "/bin/bash", "groups": [], "uid": null}]'
