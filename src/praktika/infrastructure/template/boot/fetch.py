"""Brings an object of S3 into a file, with Python alone: a new machine has nothing else.

It is part of the script that machines run when they start, so it is short.
"""

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPResponse
from typing import cast

SERVICE = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254")
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "")
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


def ask(url: str, headers: dict[str, str], method: str = "GET") -> HTTPResponse:
    """The answer to a request."""
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - see above
    return cast("HTTPResponse", urllib.request.urlopen(request, timeout=60))  # noqa: S310


def own(path: str) -> str:
    """What the metadata service says of the role."""
    token = ask(f"{SERVICE}/latest/api/token", {TTL: "60"}, "PUT").read().decode()
    url = f"{SERVICE}/latest/meta-data/iam/security-credentials/{path}"
    return ask(url, {"X-aws-ec2-metadata-token": token}).read().decode()


def signed(region: str, host: str, path: str) -> dict[str, str]:
    """The headers of a request for an object."""
    known = json.loads(own(own("").split()[0]))
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    said = {
        "host": host,
        "x-amz-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-amz-date": now,
        "x-amz-security-token": known["Token"],
    }
    lines = "".join(f"{name}:{value}\n" for name, value in said.items())
    names = ";".join(said)
    asked = f"GET\n{path}\n\n{lines}\n{names}\n{said['x-amz-content-sha256']}"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = ("AWS4" + known["SecretAccessKey"]).encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    who = f"Credential={known['AccessKeyId']}/{scope}, SignedHeaders={names}"
    said["Authorization"] = f"AWS4-HMAC-SHA256 {who}, Signature={key.hex()}"
    return said


def fetch(region: str, bucket: str, key: str, file: str) -> None:
    """Bring an object into a file."""
    ending = ".cn" if region.startswith("cn-") else ""
    base = ENDPOINT or f"https://{bucket}.s3.{region}.amazonaws.com{ending}"
    path = (f"/{bucket}" if ENDPOINT else "") + "/" + urllib.parse.quote(key)
    headers = signed(region, urllib.parse.urlsplit(base).netloc, path)
    with ask(base + path, headers) as answer, open(file, "wb") as out:  # noqa: PTH123 - short
        while piece := answer.read(1 << 20):
            out.write(piece)


def main(words: list[str]) -> None:
    """Bring what REGION BUCKET KEY FILE name; a new machine's role may take a moment."""
    for number in range(8):
        try:
            fetch(*words)
        except (OSError, ValueError) as error:
            trouble = error
            time.sleep(2 * number)
        else:
            return
    sys.exit(f"praktika: s3://{words[1]}/{words[2]} cannot be had: {trouble}")


if __name__ == "__main__":
    main(sys.argv[1:])
