"""What is aimed at: for each work whom it is compared with, and the most that ours may be of it."""

BEST = "the best"
# Not beside anybody: the figure itself.
ALONE = ""

AIMS = {
    "hello": {"nginx": 0.85},
    "hello_short": {"nginx": 0.90, "nginx, deferred": 1.10, "node cluster": 0.15},
    "hello_kernel": {"nginx, deferred": 0.90},
    "proxy": {BEST: 0.80},
    "proxy_short": {BEST: 0.85},
    "proxy_100k": {BEST: 0.78},
    "proxy_10m": {BEST: 0.70},
    "relay": {"nginx": 1.00},
    "app": {"as a server": 1.03},
    "files_1k": {"nginx": 0.95},
    "files_100k": {"nginx": 0.95},
    "routes": {"one route": 1.03},
    "idle": {ALONE: 512},
    "memory": {"a worker at rest": 2e6, "the master": 3e6},
    "times": {"first answer": 50, "replacement ready": 50},
    "reload": {"10,000 routes": 200},
}

# Of the 99th percentile, for every work: no worse than the best of the others.
P99 = 1.00
# Of the 99th percentile during a reload: of what it was before.
P99_DURING = 2.00
