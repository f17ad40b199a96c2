"""Sentences of a society's bridge (转发): what is wrong with an address, and with an answer."""

SENTENCES: dict[str, str] = {
    "bridge_name_missing": "请填写会员看到的名称，不超过 %(most)s 个字。",
    "bridge_address_missing": "请填写地址。",
    "bridge_address_bad": (
        "这不是一个可以使用的地址。请写成 https://主机/路径，不带空格、用户名和特殊字符。"
    ),
    "bridge_not_https": (
        "地址要以 https:// 开头，也不能从 https 转到 http：转发的内容里有姓名和电话。"
    ),
    "bridge_port": "不能使用端口 %(port)s。请用 443，或 1024 以上的端口。",
    "bridge_inside": (
        "%(host)s 指向内部网络，不能作为转发地址。确实要转到内部的，请管理员写进 CPD_BRIDGE_HOSTS。"
    ),
    "bridge_redirects": "地址转来转去超过 %(most)s 次。请填写最终的地址。",
    "bridge_no_name": "查不到这个主机名。请检查地址。",
    "bridge_name_slow": "查主机名时，域名服务器没有及时答复。",
    "bridge_unreachable": "连不上对方的服务器。",
    "bridge_slow": "对方在 10 秒内没有答复。",
    "bridge_tls": "对方的证书无效，没有发送任何内容。",
    "bridge_not_http": "对方的答复不是 HTTP。",
    "bridge_status": "对方没有收下（状态码 %(status)s）。",
    "bridge_taken": "对方收下了（状态码 %(status)s）。",
    "bridge_unknown": "对方说联系不到这个人（状态码 %(status)s）。转发本身是通的。",
    "too_many_bridge_trials": "试发一小时最多十次，请在 %(minutes)s 分钟后再试。",
    "bridge_locked": "转发地址打不开：CPD_SECRET_KEY 已换过。请重新填写地址，并换一个密钥。",
    # kept with a delivery, so without values
    "bridge_address": "转发地址不能使用，请登记员重新设置。",
    "bridge_nobody": "转发的对方说联系不到这个人。",
    "bridge_off": "转发已停用。",
    "bridge_refused": "转发的对方没有收下。",
    "bridge_rests": "转发连续失败，过一会儿自动再试。",
    "no_phone": "没有手机号。",
}

#: sentences that English writes otherwise for one -> the number that decides
COUNTED: dict[str, str] = {"too_many_bridge_trials": "minutes"}
