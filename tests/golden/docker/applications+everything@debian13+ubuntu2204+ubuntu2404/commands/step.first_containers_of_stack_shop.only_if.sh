! grep -qs '"files": "' /var/lib/rigwright/stacks/shop.json
