"""What is observed on a host, one module for each kind of thing. Facts expose and do not judge."""
