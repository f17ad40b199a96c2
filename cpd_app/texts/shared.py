"""Sentences for what can happen anywhere in the service."""

SENTENCES: dict[str, str] = {
    "not_found": "没有找到这一页或这条记录。请从首页重新进入。",
    "not_allowed": "您没有做这件事的权限。需要时请联系学会。",
    "not_signed_in": "请先登录。",
    "bad_request": "这次请求不完整。请返回上一页再试一次。",
    "method_not_allowed": "这个地址不支持这种操作。",
    "csrf": "页面停留太久，没有保存。请再提交一次，填写的内容还在。",
    "too_large": "文件太大。单个文件不超过 20 MB。",
    "unexpected": "出了问题，没有保存。请稍后再试；若再次出现，请把编号 %(request_id)s 告诉学会。",
    "invalid": "有几处需要改。",
    "missing": "请填写。",
    "not_json": "请求的正文不是有效的 JSON。",
    "changed_meanwhile": "这条记录刚在别处改过。请看过新的内容再保存。",
    "bad_token": "访问令牌无效或已停用。",
    "not_in_scope": "这个访问令牌不能做这件事。",
    "confirm_first": "请先在网页上重新输入密码，再做这件事。",
    "busy": "系统正忙，没有保存。请稍后再试。",
    "disk_full": "系统暂时存不下新内容，没有保存。请稍后再试。",
}
