"""The options of live input and of homes in Google Cloud: a part of the one table."""

from options.kinds import Size, Text
from options.option import Group, Option
from options.resource_kinds import BucketFolder, Dataset, Resource

SUBSCRIPTION = Resource("PATH", "projects/{}/subscriptions/{}")
TOPIC = Resource("PATH", "projects/{}/topics/{}")
BIGTABLE = Resource("PATH", "projects/{}/instances/{}/tables/{}")

CLOUD_OPTIONS = (
    Option(
        "input_subscription",
        Group.LIVE,
        SUBSCRIPTION,
        "",
        "Live input: a Pub/Sub subscription, best one that retains acknowledged messages.",
        "projects/my-shop/subscriptions/events",
    ),
    Option(
        "input_topic",
        Group.LIVE,
        TOPIC,
        "",
        "Live input: a Pub/Sub topic; what is published while no job runs is lost.",
        "projects/my-shop/topics/events",
    ),
    Option(
        "id_attribute",
        Group.LIVE,
        Text("NAME"),
        "",
        "Dataflow: attribute by which Pub/Sub's source drops repeats; results need none.",
        "event_id",
    ),
    Option(
        "timestamp_attribute",
        Group.LIVE,
        Text("NAME"),
        "",
        "Dataflow: attribute with the time that the watermark follows; else the publish time.",
        "event_time",
    ),
    Option(
        "max_unwritten",
        Group.LIVE,
        Size(),
        "256MiB",
        "While a home of results cannot be written, no more than this is read on.",
        "1GiB",
    ),
    Option(
        "output_dataset",
        Group.CLOUD,
        Dataset(),
        "",
        "BigQuery: the dataset of all tables; with it nothing goes to --output. The next four need it.",
        "my-shop:millrace",
    ),
    Option(
        "output_bigtable",
        Group.CLOUD,
        BIGTABLE,
        "",
        "Bigtable: the table that page views are served from, for 24 hours.",
        "projects/my-shop/instances/serving/tables/page_views",
    ),
    Option(
        "output_directory",
        Group.CLOUD,
        BucketFolder(),
        "",
        "Cloud Storage: where the archive goes; ends with a slash.",
        "gs://my-shop-archive/events/",
    ),
    Option(
        "alerts_topic",
        Group.CLOUD,
        TOPIC,
        "",
        "Pub/Sub: where changes of fraud alerts are told, as CloudEvents.",
        "projects/my-shop/topics/alerts",
    ),
    Option(
        "dead_letter_topic",
        Group.CLOUD,
        TOPIC,
        "",
        "Pub/Sub: where rejects are sent, beside the table of dead letters.",
        "projects/my-shop/topics/dead-letters",
    ),
)
