"""What Streamlit says by itself, in English, said in Chinese: its words are hidden and ours stand in their place.

It has no setting for them, and its bundle stays as it is: this is style alone, by the marks that Streamlit 1.67 puts on its
parts. Only what is seen is covered; a screen reader still hears Streamlit. The calendar speaks the browser's language.
"""

from __future__ import annotations

_OWN_DIALOG = ".stDialog section:not(:has(.stVerticalBlock))"  # in one of ours there are blocks
_OFFLINE = "body:has(.stApp:not([data-test-connection-state=CONNECTED]))"
_OPTION = "[role=listbox] [role=option]"
_UPLOAD = "[data-testid=stFileUploaderDropzone]"
_HINT = "[data-testid=InputInstructions]>span"

_SAID = (  # whose words give way, to which, in which size; a later line wins over an earlier one
    (f"{_OPTION}[data-key=__select_all__] [data-item-hl]", "全选", ".875rem"),
    (f"{_OPTION}[data-key=__select_matches__] [data-item-hl]", "全选找到的这些", ".875rem"),
    (f"{_OPTION}[data-key=__creatable__] [data-item-hl]", "就用上面写的", ".875rem"),
    ("[role=listbox][data-empty] [role=option]>span", "没有找到", ".9rem"),
    (f"{_UPLOAD} button[kind=secondary] p", "选择文件", ".875rem"),
    (f"{_UPLOAD} [data-testid=stFileUploaderDropzoneInstructions] span", "也可以把文件拖到这里", ".9rem"),
    (f"{_UPLOAD}>input+div>span:only-child", "松开鼠标，就放在这里", "1rem"),
    (".stFileChip[aria-invalid=true] .stFileChipName+*", "传不上：太大，或类型不对", ".8rem"),
    (".stTooltipErrorContent,.stTooltipErrorContent *", "", "0"),
    (".stTooltipErrorContent", "这里不合要求，请改正", ".875rem"),
    *((f"[data-testid=stDateInputField] [data-placeholder][data-type={kind}]", words, ".875rem")
      for kind, words in (("year", "年"), ("month", "月"), ("day", "日"))),
    ("[data-testid=stDownloadButtonError]", "没有做成，请再按一次；还是这样，请找管理员", ".875rem"),
    ("[data-testid=stToastViewButton]", "展开或收起", ".875rem"),
    (f"{_HINT}:first-child:not(:only-child)", "回车生效", ".75rem"),
    (f".stTextArea {_HINT}:first-child:not(:only-child)", "Ctrl+回车生效", ".75rem"),
    (f".stForm {_HINT}:first-child", "回车提交", ".75rem"),
    (f".stForm .stTextArea {_HINT}:first-child", "Ctrl+回车提交", ".75rem"),
    (f"{_OWN_DIALOG} h2", "没有打开", "1.4rem"),
    (f"{_OWN_DIALOG} h2+div>div", "没有这个网址的页面，现在显示的是首页。关掉这个提示，从上面的菜单里选。", "1rem"),
    (f"{_OFFLINE} {_OWN_DIALOG} h2", "连不上服务器", "1.4rem"),
    (f"{_OFFLINE} {_OWN_DIALOG} h2+div>div",
     "画面停在断开前的样子，已经记下的不会丢。连上后自己恢复；一直不恢复，请检查网络，或请会务人员看一看服务器。", "1rem"),
)


def _rule(whose: str, words: str, size: str) -> str:
    said = f':is({whose})::after{{content:"{words}";font-size:{size};line-height:1.5}}' if words else ""
    return f":is({whose}){{font-size:0!important}}{said}"


STYLE = "<style>" + "\n".join([
    *(_rule(*one) for one in _SAID),
    # a lone hint outside a form says nothing that leaving the field does not do; it cannot be told from a lone count of characters
    f"{_HINT}:only-child{{display:none}}.stForm {_HINT}:only-child{{display:inline}}",
    '.stNumberInput:has([role=alert])::after,.stDateInput:has([role=alert])::after{content:"超出允许的范围，没有采用";'
    "color:#B3261E;font-size:.875rem}",
    # what hovers over a picture says Fullscreen
    "[data-testid=stElementToolbar]{display:none}",
    # an error of a page: one sentence, whatever Streamlit would say of it
    ".stException>*{display:none}",
    '.stException::after{content:"■ 这里出了错，原因已记在服务器的日志里。请刷新页面；还是这样，请找管理员。";'
    "color:#B3261E;font-weight:600}",
]) + "</style>"
