"""What can be wrong with the way in which somebody wants to be told."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Invalid


class NotAgreed(Invalid):
    template = N_("Messages are sent only to those who agree to it: the agreement is missing.")
    code = "not_agreed"


class BadPhone(Invalid):
    template = N_("This is no mobile number: eleven digits that begin with 1, like 13800138000.")
    code = "bad_phone"


class BadRobotAddress(Invalid):
    template = N_(
        "This is no address of a group robot of WeCom, DingTalk or Feishu: copy it from the robot's page in the group."
    )
    code = "bad_robot"


class NoSuchWay(Conflict):
    template = N_("This platform sends no messages in this way (%(kind)s).")
    code = "no_such_way"


class AreasHaveNoPhone(Invalid):
    template = N_("An area is told by its group's robot or on the page; it has no phone.")
    code = "areas_have_no_phone"


class NotToSendAgain(Conflict):
    template = N_("Only what was given up or is unclear can be sent again; this is %(state)s.")
    code = "not_to_send_again"
