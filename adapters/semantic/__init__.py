"""What words mean, on this machine alone: a model of meaning, and the index of its vectors. Nothing is downloaded."""
