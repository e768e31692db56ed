"""The AWS API server that enforces policies, where it is nearer to AWS than as it comes.

AWS knows no actions of their own for batches of SQS, and looks at each parameter that is asked for.
It is started as `python aws_enforcing.py`; what is replaced is private to the server, whose version
is pinned.
"""

import json
import os
import sys

BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def main() -> None:
    os.environ["AUTH"] = "true"  # it is read when the server is imported
    from ministack.app import main as serve
    from ministack.core import iam_actions

    action, thing = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def action_of(*request):
        found = action(*request)
        return BATCHES.get(found, found)

    def thing_of(service, method, path, headers, body, params, region, account):
        names = _names(body) if service == "ssm" else []
        if len(names) > 1:
            raise NotImplementedError("ask for one parameter at a time")
        if names:
            return f"arn:aws:ssm:{region}:{account}:parameter/{names[0].removeprefix('/')}"
        return thing(service, method, path, headers, body, params, region, account)

    iam_actions.extract_iam_action, iam_actions.extract_resource_arn = action_of, thing_of
    sys.argv[1:] = []
    serve()


def _names(body):
    """What GetParameters asks for."""
    try:
        return json.loads(body or b"{}").get("Names") or []
    except ValueError:
        return []


if __name__ == "__main__":
    main()
