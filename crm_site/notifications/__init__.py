"""What people are told: the bell, who follows what, mentions, the daily mail and team-chat robots.

Other rooms register kinds (`kinds`) and call `notify` (`notifying`).
"""
