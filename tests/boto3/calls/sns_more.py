"""SNS: filters, raw delivery, subscriptions, batches and their errors."""

import json

from .registry import call, each, failure
from .sqs_more import queue


def topic(a, name="alerts"):
    return {"TopicArn": a.sns.create_topic(Name=name)["TopicArn"]}


def subscribed(a, name, **attributes):
    """A queue subscribed to the topic, and the subscription's ARN."""
    q = queue(a, name)
    arn = a.sqs.get_queue_attributes(**q, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    answer = a.sns.subscribe(**topic(a), Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return q, answer["SubscriptionArn"]


def taken(a, q):
    found = a.sqs.receive_message(**q, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", [])
    for message in found:
        a.sqs.delete_message(**q, ReceiptHandle=message["ReceiptHandle"])
    return found


KIND = {"kind": {"DataType": "String", "StringValue": "big"}}


@call
def snsmore_filters(a):
    by_attribute, a.by_attribute = subscribed(
        a, "by-attribute", FilterPolicy=json.dumps({"kind": ["big", {"prefix": "hu"}], "n": [{"numeric": [">", 3]}]})
    )
    by_body, _ = subscribed(
        a, "by-body", FilterPolicyScope="MessageBody", FilterPolicy=json.dumps({"order": {"state": ["paid"]}})
    )
    raw, _ = subscribed(a, "raw", RawMessageDelivery="true")
    number = {"n": {"DataType": "Number", "StringValue": "5"}}
    a.sns.publish(**topic(a), Message="1", MessageAttributes={**KIND, **number})
    a.sns.publish(**topic(a), Message="2", MessageAttributes=number)
    a.sns.publish(**topic(a), Message=json.dumps({"order": {"state": "paid"}}))
    found = [taken(a, q) for q in (by_attribute, by_body, raw)]
    envelopes = [json.loads(m["Body"]) for m in found[0] + found[1]]
    return [
        [e["Message"] for e in envelopes],
        sorted(envelopes[0]),
        envelopes[0]["MessageAttributes"],
        sorted(m["Body"] for m in found[2]),
        [m["MessageAttributes"] for m in found[2] if m["Body"] == "1"],
    ]


each(
    "snsmore",
    subscription=lambda a: {
        k: v
        for k, v in a.sns.get_subscription_attributes(SubscriptionArn=a.by_attribute)["Attributes"].items()
        if k in ("Protocol", "Endpoint", "RawMessageDelivery", "PendingConfirmation", "FilterPolicy")
    },
    set_filter=lambda a: (
        a.sns.set_subscription_attributes(
            SubscriptionArn=a.by_attribute, AttributeName="FilterPolicy", AttributeValue='{"kind": ["small"]}'
        ),
        a.sns.get_subscription_attributes(SubscriptionArn=a.by_attribute)["Attributes"]["FilterPolicy"],
    ),
    bad_filter=lambda a: a.sns.set_subscription_attributes(
        SubscriptionArn=a.by_attribute, AttributeName="FilterPolicy", AttributeValue="{"
    ),
    bad_attribute=lambda a: a.sns.set_subscription_attributes(
        SubscriptionArn=a.by_attribute, AttributeName="Colour", AttributeValue="red"
    ),
    subscribe_again=lambda a: subscribed(a, "raw2")[1] == subscribed(a, "raw2")[1],
    no_topic=lambda a: a.sns.subscribe(
        TopicArn="arn:aws:sns:us-east-1:123456789012:nope", Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:123456789012:raw",
    ),
    bad_name=lambda a: a.sns.create_topic(Name="a b"),
    create_again=lambda a: topic(a) == topic(a),
    long_subject=lambda a: a.sns.publish(**topic(a), Message="x", Subject="s" * 101),
    too_long=lambda a: a.sns.publish(**topic(a), Message="x" * (256 * 1024 + 1)),
    structure=lambda a: a.sns.publish(
        **topic(a), MessageStructure="json", Message=json.dumps({"default": "d", "sqs": "s"})
    ),
    structure_bad=lambda a: a.sns.publish(**topic(a), MessageStructure="json", Message='{"sqs": "s"}'),
    structured=lambda a: sorted(
        m["Body"] for m in taken(a, queue(a, "raw"))
    ),
    batch_same=lambda a: a.sns.publish_batch(
        **topic(a), PublishBatchRequestEntries=[{"Id": "1", "Message": "a"}] * 2
    ),
    batch_many=lambda a: a.sns.publish_batch(
        **topic(a), PublishBatchRequestEntries=[{"Id": str(n), "Message": "a"} for n in range(11)]
    ),
    display_name=lambda a: (
        a.sns.set_topic_attributes(**topic(a), AttributeName="DisplayName", AttributeValue="Alerts"),
        a.sns.get_topic_attributes(**topic(a))["Attributes"]["DisplayName"],
    ),
    attributes_404=lambda a: a.sns.get_topic_attributes(TopicArn="arn:aws:sns:us-east-1:123456789012:nope"),
    list=lambda a: len(a.sns.list_subscriptions()["Subscriptions"]),
    tag=lambda a: (
        a.sns.tag_resource(ResourceArn=topic(a)["TopicArn"], Tags=[{"Key": "a", "Value": "1"}]),
        a.sns.untag_resource(ResourceArn=topic(a)["TopicArn"], TagKeys=["b"]),
        a.sns.list_tags_for_resource(ResourceArn=topic(a)["TopicArn"])["Tags"],
    ),
    bad_protocol=lambda a: a.sns.subscribe(**topic(a, "other"), Protocol="pigeon", Endpoint="x"),
    unsubscribe=lambda a: (
        a.sns.unsubscribe(SubscriptionArn=a.by_attribute),
        failure(a.sns.get_subscription_attributes, SubscriptionArn=a.by_attribute),
    ),
)


@call
def snsmore_fifo(a):
    arn = a.sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})
    t = {"TopicArn": arn["TopicArn"]}
    q = queue(a, "from-topic.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    a.sns.subscribe(
        **t, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:from-topic.fifo",
        Attributes={"RawMessageDelivery": "true"},
    )
    for text in ("one", "two", "one"):
        a.sns.publish(**t, Message=text, MessageGroupId="g")
    return [
        [m["Body"] for m in taken(a, q)],
        failure(a.sns.publish, **t, Message="x"),
        failure(a.sns.create_topic, Name="u.fifo"),
    ]
