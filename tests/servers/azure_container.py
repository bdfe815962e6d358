"""Makes a container in Azurite, which object_store has no call for. usage: azure_container.py PORT NAME...

Signs with the emulator's public account and key, as "Authorize with Shared Key" of the Blob service says.
"""
import base64, email.utils, hashlib, hmac, sys, urllib.error, urllib.request

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-12-02"

port, names = sys.argv[1], sys.argv[2:]
for name in names:
    date = email.utils.formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:{VERSION}\n"
    # The emulator's paths begin with the account, so that it stands there twice.
    resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    text = "PUT" + "\n" * 12 + headers + resource
    signature = base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{ACCOUNT}/{name}?restype=container", method="PUT", data=b"",
        headers={"x-ms-date": date, "x-ms-version": VERSION, "Content-Type": "",
                 "Authorization": f"SharedKey {ACCOUNT}:{signature}"})
    try:
        urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        if error.code != 409:  # 409: it is there already
            sys.exit(f"container {name}: {error.code} {error.read().decode(errors='replace')}")
