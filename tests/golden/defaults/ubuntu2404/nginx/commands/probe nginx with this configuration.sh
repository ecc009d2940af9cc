curl -fsS --max-time 5 http://127.0.0.1:8090/configuration | grep -qx a5d0333ab86b999bfe4271a18ab86abc
