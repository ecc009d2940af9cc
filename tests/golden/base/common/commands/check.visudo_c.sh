visudo -c -q
