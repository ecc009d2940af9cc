python3 -I -c 'import socket, sys

mark, *places = sys.argv[1:]
for place in places:
    address, _, port = place.rpartition(":")
    with socket.create_connection((address.strip("[]"), int(port)), timeout=5) as connection:
        said = connection.recv(255).decode("ascii", "replace").strip()
    if said.split()[-1:] != [mark]:
        sys.exit(f"what listens on {place} says {said!r}, not {mark}")
' rig-<digest of the configuration> '[::1]:22' '[::1]:2222' 127.0.0.1:22 127.0.0.1:2222
