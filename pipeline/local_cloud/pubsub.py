"""The Pub/Sub emulator of the Google Cloud SDK."""

from pipeline.local_cloud.server import HOST, Server
from pipeline.local_cloud.tools import java, sdk_file

_JAR = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"


class PubSub(Server):
    """Pub/Sub: topics and subscriptions are in its memory."""

    name = "the Pub/Sub emulator"
    variable = "PUBSUB_EMULATOR_HOST"

    def command(self) -> list[str]:
        """Start the jar itself: gcloud would be another process between."""
        jar = sdk_file(_JAR, "pubsub-emulator")
        return [java(), "-Xmx768m", "-jar", str(jar), f"--host={HOST}", f"--port={self.port}"]
