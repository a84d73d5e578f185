"""The benchmarks: figures as ratios of what the same machine gives in the same minute. `make bench` runs them."""
