"""SQS."""

from .registry import call, caught, each

@call
def sqs_create(a):
    answer = a.sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "5"})
    a.url = answer["QueueUrl"]
    a.q = {"QueueUrl": a.url}
    return answer


@call
def sqs_send_and_receive(a):
    sent = a.sqs.send_message(
        **a.q,
        MessageBody="hello ü & <>",
        MessageAttributes={
            "s": {"DataType": "String", "StringValue": "x"},
            "b": {"DataType": "Binary", "BinaryValue": b"\x00"},
        },
    )
    got = a.sqs.receive_message(
        **a.q, AttributeNames=["All"], MessageAttributeNames=["All"], MaxNumberOfMessages=10
    )
    message = got["Messages"][0]
    handle = {"ReceiptHandle": message["ReceiptHandle"], **a.q}
    return [
        sent,
        {**message, "Attributes": sorted(message["Attributes"])},
        a.sqs.change_message_visibility(**handle, VisibilityTimeout=0),
        a.sqs.delete_message(**handle),
        a.sqs.receive_message(**a.q).get("Messages"),
    ]


each(
    "sqs",
    send_batch=lambda a: a.sqs.send_message_batch(
        **a.q, Entries=[{"Id": str(i), "MessageBody": "m%d" % i} for i in range(3)]
    ),
    batch_empty=lambda a: a.sqs.send_message_batch(**a.q, Entries=[]),
    attributes=lambda a: sorted(
        a.sqs.get_queue_attributes(**a.q, AttributeNames=["All"])["Attributes"]
    ),
    count=lambda a: a.sqs.get_queue_attributes(
        **a.q, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"],
    url=lambda a: a.sqs.get_queue_url(QueueName="jobs"),
    url_404=lambda a: a.sqs.get_queue_url(QueueName="nope"),
    catch=lambda a: caught(
        lambda: a.sqs.get_queue_url(QueueName="nope"), a.sqs.exceptions.QueueDoesNotExist
    ),
    list=lambda a: sorted(a.sqs.list_queues(QueueNamePrefix="job")["QueueUrls"]),
    purge=lambda a: a.sqs.purge_queue(**a.q),
    bad_handle=lambda a: a.sqs.delete_message(**a.q, ReceiptHandle="nope"),
    bad_missing=lambda a: a.sqs.send_message(**a.q),
    bad_attribute=lambda a: a.sqs.send_message(
        **a.q, MessageBody="x", MessageAttributes={"a": {"StringValue": "x"}}
    ),
    fifo=lambda a: a.sqs.send_message(
        QueueUrl=a.sqs.create_queue(QueueName="f.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        MessageBody="x",
        MessageGroupId="g",
        MessageDeduplicationId="d",
    ),
    tags=lambda a: (a.sqs.tag_queue(**a.q, Tags={"k": "v"}), a.sqs.list_queue_tags(**a.q)["Tags"])[1],
)
