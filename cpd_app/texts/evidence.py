"""Sentences of files and proofs, and what a member states about secrecy with each upload."""

#: raised by one whenever the words below change; each file keeps the version that was agreed to
SECRECY_VERSION = 1

#: the two answers to 保密 beside "涉密内容不得上传" (handbook Q10, Q12: redacted before upload)
SECRECY_ANSWERS = {
    "none": "无涉密内容",
    "declassified": "已脱密",
}

SENTENCES: dict[str, str] = {
    # a file that cannot be taken
    "no_file": "还没有选文件。请拍照，或选一张照片、一份 PDF。",
    "empty_file": "这个文件是空的。请重新选。",
    "file_too_large": "文件超过 %(most)s MB。请压缩后再传，或拍照上传。",
    "wrong_file_type": "只收 JPEG、PNG、HEIC 照片和 PDF。请换一种格式再传。",
    "broken_photo": "这张照片打不开，可能没有传完整。请重新拍一张或另存后再传。",
    "too_many_pixels": "照片的像素太大。请用普通分辨率再拍一张。",
    "broken_pdf": "这个 PDF 打不开，可能已损坏。请重新导出，或拍照上传。",
    "locked_pdf": "这个 PDF 有密码。请去掉密码后再传，或拍照上传。",
    "too_many_pages": "这个 PDF 超过 300 页。请只传能证明这次活动的几页。",
    "too_many_files": "一条记录最多 %(most)s 个文件。请先移除用不着的。",
    "too_many_at_once": "一次最多选 %(most)s 个文件。其余的请下一次再选。",
    "file_key_reused": "这次上传的编号已经用过，内容与那次不同。请重新选文件。",
    # proofs and attachments
    "unknown_proof": "这一类活动没有列出这种佐证。",
    "evidence_checked": "工作人员已经核对过这条记录的佐证，不能再移除。需要时请联系学会。",
    "file_gone": "这个文件已经移除，内容不再保存。",
    "file_not_ready": "这个文件还在处理，稍后就能打开。",
    # the phone's link
    "capture_over": "这个二维码已经过期。请在电脑上重新打开一个。",
    # 补录
    "backfill_full": "还有 %(waiting)s 张没有补完。请先补完一些再选。",
}
