"""Adapters for AWS: S3 for journals and blobs, SQS for queues, two stores of secrets.

They need the extra `aws` (boto3), which is imported with the first request and not before. Every
request goes through `faults.translated`; nothing else of praktika sees an error of botocore.
"""
