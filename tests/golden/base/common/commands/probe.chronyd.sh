chronyc -n tracking
