systemctl kill --kill-who=main --signal=QUIT nginx.service && while systemctl -q is-active nginx.service; do sleep 0.1; done
