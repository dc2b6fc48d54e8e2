"""Settings of a worker or clock that a test starts and kills: the database of that test, the broker it names."""

import os

from project import queues
from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

for _alias in DATABASES:
    DATABASES[_alias]["NAME"] = os.environ["FAULT_DATABASE"]
CELERY_BROKER_URL = os.environ["FAULT_BROKER"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0}
if CELERY_BROKER_URL.startswith("filesystem"):
    _folder = os.environ["FAULT_FOLDER"]
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": f"{_folder}/messages",
        "data_folder_out": f"{_folder}/messages",
        "control_folder": f"{_folder}/control",
        "processed_folder": f"{_folder}/processed",
        "store_processed": True,
        "polling_interval": 0.1,
    }
CELERY_TASK_DEFAULT_QUEUE = os.environ["FAULT_QUEUE"]
CELERY_TASK_QUEUES = queues.all_of(CELERY_TASK_DEFAULT_QUEUE, quorum=CELERY_BROKER_URL.startswith("amqp"))
CELERY_WORKER_CONCURRENCY = 2
SMS_BACKEND = "gateway"
SMS_GATEWAY_URL = os.environ["FAULT_GATEWAY"]
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = os.environ["FAULT_QUEUE"]
