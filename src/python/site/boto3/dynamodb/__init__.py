"""What boto3 adds to DynamoDB: conditions, types, batch writing."""
