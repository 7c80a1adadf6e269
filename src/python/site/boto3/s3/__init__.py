"""What boto3 adds to S3: transfers of files, in parts where they are large."""
