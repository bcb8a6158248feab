"""How late each event comes, in milliseconds. event_stream_client.py URL"""
import sys, time, urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=20) as stream:
    for line in stream:
        if line.startswith(b"data: "):
            print(round((time.monotonic() - float(line[6:])) * 1000, 1), flush=True)
