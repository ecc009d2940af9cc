nvidia-ctk cdi list 2>/dev/null | grep -qx nvidia.com/gpu=all && told=yes || told=no
printf '{"nvidia.com/gpu=all is known": "%s"}\n' "$told"
