"""Columns of a list of people, and sentences about a roster and its entries."""

from cpd_app.texts.imports import Column

#: heading of a list of people; order is that of the template
ROSTER_COLUMNS = (
    Column("name", "姓名", "Name"),
    Column("number", "注册编号", "Registration no."),
    Column("phone", "手机号", "Mobile"),
    Column("unit", "工作单位", "Employer"),
)

SENTENCES: dict[str, str] = {
    "enrolment_closed": "报名已经结束。",
    "event_over": "活动已经结束，不能再报名或取消。",
    "enrolment_declined": "组织者没有通过您的报名。%(reason)s",
    "already_here": "已有签到记录，不能取消。到没到场以扫码为准，有误请更正出席。",
    "event_settled": "活动已结项，名单不再改动。",
    "event_cancelled": "活动已取消，名单不再改动。",
    # rows of a list
    "name_of_another": "编号或手机号是另一位会员的，先按来宾登记。请核对姓名。",
    "twice_in_file": "与第 %(line)s 行是同一个人，只登记一次。",
    "roster_nothing": "没有可以登记的人。",
    # why an organiser has to decide
    "pending_not_on_list": "不在名单上",
    "pending_over_capacity": "超出名额",
    "pending_not_open_to": "不在参加范围",
    "pending_guest": "没有账号，自报身份",
    # how somebody came on the roster
    "source_self": "自己报名",
    "source_list": "名单导入",
    "source_walk_in": "现场登记",
    "source_checkin": "到场扫码",
    "source_speaker": "讲者",
}
