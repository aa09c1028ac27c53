"""Tables of customers."""

from customers.models.activity import Activity
from customers.models.classification import Classification, ClassMember, CustomerClass
from customers.models.consent import ConsentEntry, ConsentWording, DoNotContact
from customers.models.contact import Address, ContactPoint
from customers.models.customer import Customer, Tag
from customers.models.figures import CustomerMetrics, CustomerScore
from customers.models.invitation import Invitation
from customers.models.lifecycle import LifecycleRule, StageMove, StageOverride
from customers.models.segment import Segment, SegmentMember, SegmentMove, SegmentPick, SegmentState
from customers.models.task import CalendarFeed, Task, TaskSeries

__all__ = [
    "Activity",
    "Address",
    "CalendarFeed",
    "ClassMember",
    "Classification",
    "ConsentEntry",
    "ConsentWording",
    "ContactPoint",
    "Customer",
    "CustomerClass",
    "CustomerMetrics",
    "CustomerScore",
    "DoNotContact",
    "Invitation",
    "LifecycleRule",
    "Segment",
    "SegmentMember",
    "SegmentMove",
    "SegmentPick",
    "SegmentState",
    "StageMove",
    "StageOverride",
    "Tag",
    "Task",
    "TaskSeries",
]
