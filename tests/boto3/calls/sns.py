"""SNS."""

import json

from .registry import call, each

@call
def sns_create(a):
    answer = a.sns.create_topic(Name="news", Tags=[{"Key": "k", "Value": "v"}])
    a.topic = {"TopicArn": answer["TopicArn"]}
    return answer


each(
    "sns",
    subscribe=lambda a: a.sns.subscribe(
        **a.topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:123456789012:jobs",
        ReturnSubscriptionArn=True,
        Attributes={"RawMessageDelivery": "false"},
    ),
    publish=lambda a: a.sns.publish(
        **a.topic,
        Message="extra, extra ü+&=",
        Subject="s",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}},
    ),
    delivered=lambda a: json.loads(a.sqs.receive_message(**a.q)["Messages"][0]["Body"])["Message"],
    publish_batch=lambda a: a.sns.publish_batch(
        **a.topic,
        PublishBatchRequestEntries=[{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b"}],
    ),
    publish_404=lambda a: a.sns.publish(
        TopicArn="arn:aws:sns:us-east-1:123456789012:nope", Message="x"
    ),
    attributes=lambda a: sorted(a.sns.get_topic_attributes(**a.topic)["Attributes"]),
    subscriptions=lambda a: a.sns.list_subscriptions_by_topic(**a.topic),
    topics=lambda a: a.sns.list_topics(),
    paginate=lambda a: list(a.sns.get_paginator("list_topics").paginate().search("Topics[].TopicArn")),
    tags=lambda a: a.sns.list_tags_for_resource(ResourceArn=a.topic["TopicArn"]),
    set_attributes=lambda a: a.sns.set_topic_attributes(
        **a.topic, AttributeName="DisplayName", AttributeValue="News"
    ),
    bad_missing=lambda a: a.sns.publish(**a.topic),
    delete=lambda a: a.sns.delete_topic(**a.topic),
)
