"""SQS: batches, visibility, dead letters, FIFO, long polls, attributes and their errors."""

import json

from .registry import call, each, failure


def queue(a, name, **attributes):
    return {"QueueUrl": a.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]}


def bodies(a, q, **more):
    return [m["Body"] for m in a.sqs.receive_message(**q, MaxNumberOfMessages=10, **more).get("Messages", [])]


@call
def sqsmore_batches(a):
    q = queue(a, "batches")
    sent = a.sqs.send_message_batch(
        **q, Entries=[{"Id": "i%d" % n, "MessageBody": "m%d" % n} for n in range(4)]
    )
    got = a.sqs.receive_message(**q, MaxNumberOfMessages=10)["Messages"]
    handles = [m["ReceiptHandle"] for m in got]
    return [
        [s["Id"] for s in sent["Successful"]],
        sorted(m["Body"] for m in got),
        a.sqs.change_message_visibility_batch(
            **q,
            Entries=[
                {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for n, handle in enumerate(handles[:2])
            ],
        ),
        a.sqs.delete_message_batch(
            **q, Entries=[{"Id": str(n), "ReceiptHandle": h} for n, h in enumerate(handles[2:])]
        ),
        len(bodies(a, q)),
    ]


each(
    "sqsmore",
    batch_same=lambda a: a.sqs.send_message_batch(
        **queue(a, "batches"), Entries=[{"Id": "1", "MessageBody": "m"}] * 2
    ),
    batch_many=lambda a: a.sqs.send_message_batch(
        **queue(a, "batches"), Entries=[{"Id": str(n), "MessageBody": "m"} for n in range(11)]
    ),
    batch_bad_id=lambda a: a.sqs.send_message_batch(
        **queue(a, "batches"), Entries=[{"Id": "not ok", "MessageBody": "m"}]
    ),
    batch_part_fails=lambda a: [
        sorted(entry)
        for entry in a.sqs.delete_message_batch(
            **queue(a, "batches"), Entries=[{"Id": "1", "ReceiptHandle": "nope"}]
        )["Failed"]
    ],
    too_long=lambda a: a.sqs.send_message(**queue(a, "batches"), MessageBody="x" * (1024 * 1024 + 1)),
    bad_characters=lambda a: a.sqs.send_message(**queue(a, "batches"), MessageBody="a\x01"),
    bad_max=lambda a: a.sqs.receive_message(**queue(a, "batches"), MaxNumberOfMessages=11),
    bad_delay=lambda a: a.sqs.send_message(**queue(a, "batches"), MessageBody="x", DelaySeconds=901),
    bad_name=lambda a: a.sqs.create_queue(QueueName="a b"),
    bad_attribute=lambda a: a.sqs.create_queue(QueueName="bad", Attributes={"Colour": "red"}),
    bad_value=lambda a: a.sqs.create_queue(QueueName="bad", Attributes={"DelaySeconds": "x"}),
    other_attributes=lambda a: a.sqs.create_queue(QueueName="batches", Attributes={"DelaySeconds": "7"}),
    no_queue=lambda a: a.sqs.send_message(
        QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/nope", MessageBody="x"
    ),
    number_attribute=lambda a: a.sqs.send_message(
        **queue(a, "batches"), MessageBody="x",
        MessageAttributes={
            "n": {"DataType": "Number", "StringValue": "3"},
            "t": {"DataType": "String.x", "StringValue": "ü"},
        },
    )["MD5OfMessageAttributes"],
    bad_number=lambda a: a.sqs.send_message(
        **queue(a, "batches"), MessageBody="x",
        MessageAttributes={"n": {"DataType": "Number", "StringValue": "three"}},
    ),
    empty_attribute=lambda a: a.sqs.send_message(
        **queue(a, "batches"), MessageBody="x", MessageAttributes={"n": {"DataType": "String", "StringValue": ""}}
    ),
    set_attributes=lambda a: set_attributes(a),
    untag=lambda a: untag(a),
    list_pages_made=lambda a: [queue(a, "w-%d" % n) for n in range(3)] and None,
    list_prefix=lambda a: a.sqs.list_queues(QueueNamePrefix="bat")["QueueUrls"],
    list_pages=lambda a: [
        len(page.get("QueueUrls", []))
        for page in a.sqs.get_paginator("list_queues").paginate(
            QueueNamePrefix="w", PaginationConfig={"PageSize": 1}
        )
    ],
    delayed=lambda a: delayed(a),
    purge_again=lambda a: (a.sqs.purge_queue(**queue(a, "purged")), a.sqs.purge_queue(**queue(a, "purged"))),
    delete=lambda a: (a.sqs.delete_queue(**queue(a, "gone")), failure(a.sqs.get_queue_url, QueueName="gone")),
    long_poll=lambda a: a.sqs.receive_message(**queue(a, "empty"), WaitTimeSeconds=1).get("Messages"),
    permission=lambda a: (
        a.sqs.add_permission(
            **queue(a, "batches"), Label="l", AWSAccountIds=["123456789012"], Actions=["SendMessage"]
        ),
        a.sqs.remove_permission(**queue(a, "batches"), Label="l"),
    ),
)


def set_attributes(a):
    q = queue(a, "set")
    a.sqs.set_queue_attributes(**q, Attributes={"VisibilityTimeout": "77"})
    return a.sqs.get_queue_attributes(**q, AttributeNames=["VisibilityTimeout"])["Attributes"]


def untag(a):
    q = queue(a, "tagged")
    a.sqs.tag_queue(**q, Tags={"a": "1", "b": "2"})
    a.sqs.untag_queue(**q, TagKeys=["a"])
    return a.sqs.list_queue_tags(**q)["Tags"]


def delayed(a):
    q = queue(a, "late")
    a.sqs.send_message(**q, MessageBody="later", DelaySeconds=60)
    counts = a.sqs.get_queue_attributes(**q, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    return [bodies(a, q), counts["Attributes"]]


@call
def sqsmore_dead_letters(a):
    dead = queue(a, "dead")
    arn = a.sqs.get_queue_attributes(**dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "2"})
    q = queue(a, "work", RedrivePolicy=policy, VisibilityTimeout="0")
    a.sqs.send_message(**q, MessageBody="poison")
    seen = [bodies(a, q) for _ in range(3)]
    buried = a.sqs.receive_message(**dead, AttributeNames=["All"])["Messages"]
    sources = a.sqs.list_dead_letter_source_queues(**dead)["queueUrls"]
    return [
        seen,
        [m["Body"] for m in buried],
        buried[0]["Attributes"].get("DeadLetterQueueSourceArn"),
        [url.split("/")[-1] for url in sources],
        failure(queue, a, "bad", RedrivePolicy="{"),
        failure(queue, a, "bad", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn})),
    ]


@call
def sqsmore_redrive(a):
    dead, work = queue(a, "dead2"), queue(a, "unused")
    attributes = lambda q: a.sqs.get_queue_attributes(**q, AttributeNames=["QueueArn"])["Attributes"]  # noqa: E731
    arn = attributes(dead)["QueueArn"]
    q = queue(a, "work2", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "1"}),
              VisibilityTimeout="0")
    a.sqs.send_message(**q, MessageBody="again")
    bodies(a, q), bodies(a, q)
    started = a.sqs.start_message_move_task(SourceArn=arn)
    tasks = a.sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    return [
        sorted(k for k in started if k != "ResponseMetadata"),
        [(t["Status"], t["SourceArn"]) for t in tasks],
        bodies(a, q),
        failure(a.sqs.start_message_move_task, SourceArn=attributes(work)["QueueArn"]),
        failure(a.sqs.cancel_message_move_task, TaskHandle="nope"),
    ]


@call
def sqsmore_fifo(a):
    q = queue(a, "order.fifo", FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="30")
    send = lambda body, group, **more: a.sqs.send_message(  # noqa: E731
        **q, MessageBody=body, MessageGroupId=group, **more
    )
    first, again = send("1", "a"), send("1", "a")
    send("2", "a"), send("3", "b"), send("4", "b", MessageDeduplicationId="d")
    got = a.sqs.receive_message(**q, AttributeNames=["All"], MaxNumberOfMessages=10)["Messages"]
    return [
        first["MessageId"] == again["MessageId"],
        [(m["Body"], m["Attributes"]["MessageGroupId"]) for m in got],
        bodies(a, q),
        failure(a.sqs.send_message, **q, MessageBody="x"),
        failure(a.sqs.send_message, **q, MessageBody="x", MessageGroupId="a", DelaySeconds=1),
        failure(queue, a, "wrong.fifo"),
        failure(queue, a, "wrong", FifoQueue="true"),
        a.sqs.get_queue_attributes(**q, AttributeNames=["FifoQueue", "DeduplicationScope", "FifoThroughputLimit"])[
            "Attributes"
        ],
    ]


@call
def sqsmore_attempt_ids(a):
    q = queue(a, "plain.fifo", FifoQueue="true")
    return [
        failure(a.sqs.send_message, **q, MessageBody="x", MessageGroupId="g"),
        a.sqs.set_queue_attributes(
            **q, Attributes={"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        ),
        [
            a.sqs.send_message(**q, MessageBody="x", MessageGroupId=g, MessageDeduplicationId="same")["MessageId"]
            for g in "ab"
        ],
        bodies(a, q, ReceiveRequestAttemptId="r"),
        failure(a.sqs.send_message, **queue(a, "batches"), MessageBody="x", MessageDeduplicationId="d"),
    ]
