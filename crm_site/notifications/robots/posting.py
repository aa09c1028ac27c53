"""From a notification to a post in a team chat: queued with it, sent by the one way in which things go out."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from crm_site.events.doorbell import ring_on_commit
from crm_site.notifications.models import Notification, Robot, RobotPost
from crm_site.notifications.notifying import also_tell
from crm_site.notifications.robots.calling import post


@also_tell
def queue_posts(keys: list[int]) -> None:
    """Queue notifications for the robots of their readers and of their readers' teams, each robot once for a key."""
    told = list(Notification.objects.filter(pk__in=keys).select_related("recipient").order_by("pk"))
    teams = {one.recipient.team_id for one in told} - {None}
    people = {one.recipient_id for one in told}
    robots = list(Robot.objects.filter(Q(user__in=people) | Q(team__in=teams), is_active=True))
    posts = [
        RobotPost(robot=robot, key=one.key, notification=one)
        for robot in robots
        for one in told
        if robot.user_id == one.recipient_id or (robot.team_id and robot.team_id == one.recipient.team_id)
    ]
    if posts:
        RobotPost.objects.bulk_create(posts, ignore_conflicts=True)
        ring_on_commit("notifications.post_due")


def transmit(row: RobotPost) -> None:
    """Post a queued notification in the robot's language."""
    robot, notification = row.robot, row.notification
    with translation.override(robot.language):
        words = f"{notification.sentence}\n{settings.BASE_URL.rstrip('/')}{notification.url}"
    post(robot.kind, robot.url, robot.secret, words)
