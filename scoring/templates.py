"""Published scoring rules as ready `rule.toml` texts, each with its source and with what the source leaves open.

The preparation page offers them as a start; what the source does not say stands in the text as a comment and is the
organiser's to decide. None is a standard in force.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`source` says in Chinese where the rule comes from; `toml` is a coherent rule file."""

    key: str
    title: str
    source: str
    toml: str


RUIAN_2012 = Template(
    key="ruian_2012",
    title="瑞安2012：民主测评按“优秀”得票率分档",
    source="瑞委〔2012〕6号附件3：项目600分（与最好单位之比）、领导评价200分（排序）、民主测评200分（得票率分档），合计1000分",
    toml="""\
id = "ruian-2012"
title = "民主测评、领导评价与项目实绩 评分办法"
version = 1
# 原文另有一条：优秀票不足60%且“基本称职、不称职”两项之和达到三分之一的为130分，由考评办按票数认定。
# 领导评价（leaders，200分：第1名200分，每低一名减4分，取平均）和项目实绩（projects，600分：与最好单位之比）另行导入。

[ballot]
kind = "grades"

[[grades]]
key = "excellent"
name = "优秀"
points = "200"
[[grades]]
key = "competent"
name = "称职"
points = "180"
[[grades]]
key = "basic"
name = "基本称职"
points = "160"
[[grades]]
key = "incompetent"
name = "不称职"
points = "130"

[[share_bands]]
min_share = "90%"
points = "200"
[[share_bands]]
min_share = "80%"
points = "190"
[[share_bands]]
min_share = "70%"
points = "180"
[[share_bands]]
min_share = "60%"
points = "170"
[[share_bands]]
min_share = "0%"
points = "160"

[[groups]]
key = "voters"
name = "测评人员"
weight = "100%"
secret = true

[[components]]
key = "evaluation"
weight = "20%"
[[components]]
key = "leaders"
weight = "20%"
max = "200"
[[components]]
key = "projects"
weight = "60%"
max = "600"
""",
)

LINSHUI_2017 = Template(
    key="linshui_2017",
    title="邻水2017：A票60%、B票40%，十分制",
    source="邻水“打擂台”2017：县领导3至5人为A票占60%，其余到会人员为B票占40%",
    toml="""\
id = "linshui-2017"
title = "打擂台 评分办法"
version = 1
# 原文未写分差和小数位，这里取0.1分一级、两位小数。

[ballot]
kind = "points"
min = "0"
max = "10"
step = "0.1"

[[criteria]]
key = "overall"
name = "总体评价"
weight = "100%"

[[groups]]
key = "a"
name = "A票（县领导）"
weight = "60%"
[[groups]]
key = "b"
name = "B票（其余到会人员）"
weight = "40%"
secret = true
""",
)

YUZHOU_2018 = Template(
    key="yuzhou_2018",
    title="禹州2018：三个月评分各30%，县领导季度评分10%",
    source="禹州2018年第一季度项目观摩：月评分三次各占30%，县领导季度评分占10%，由纪委牵头计票",
    toml="""\
id = "yuzhou-2018"
title = "季度项目观摩 评分办法"
version = 1
# 三个月的评分（month1 至 month3，百分制）另行导入，现场只投县领导的季度评分。

[[criteria]]
key = "overall"
name = "季度评价"
weight = "100%"

[[groups]]
key = "leaders"
name = "县领导"
weight = "100%"

[[components]]
key = "month1"
weight = "30%"
[[components]]
key = "month2"
weight = "30%"
[[components]]
key = "month3"
weight = "30%"
[[components]]
key = "evaluation"
weight = "10%"
""",
)

JINING_2015 = Template(
    key="jining_2015",
    title="济宁2015：排序票，第1名100分，每低一名减3分",
    source="济宁2015年第一季度项目观摩公布的结果：13个单位，（第1名票数×100＋第2名票数×97＋……＋第13名票数×64）÷总票数，并列第9名",
    toml="""\
id = "jining-2015"
title = "项目观摩 排序评分办法"
version = 1

[ballot]
kind = "ranking"

[places]
points = ["100", "97", "94", "91", "88", "85", "82", "79", "76", "73", "70", "67", "64"]

[[groups]]
key = "observers"
name = "观摩人员"
weight = "100%"
secret = true

[rounding]
places = 2

[ranking]
method = "standard"
""",
)

HANGZHOU_2018 = Template(
    key="hangzhou_2018",
    title="杭州2018：加分、扣分各封顶1分",
    source="杭州2018年综合考评：加分合计不超过1分，扣分合计不超过1分，较差扣0.3分、差扣0.5分",
    toml="""\
id = "hangzhou-2018"
title = "综合考评 加扣分封顶办法"
version = 1
# 原文还限定：扣分单位超过15%时才可加分，加分单位不超过10%，优秀不超过15%，良好不超过20%；由考评办在授分前核对。
# 原文未写现场测评的票面，这里取百分制一项。

[[criteria]]
key = "overall"
name = "总体评价"
weight = "100%"

[[groups]]
key = "judges"
name = "考评人员"
weight = "100%"

[[deductions]]
key = "poor"
name = "较差"
points = "-0.3"
[[deductions]]
key = "bad"
name = "差"
points = "-0.5"

[ledger]
bonus_cap = "1"
deduction_cap = "-1"
cap_mode = "separate"
""",
)

CIVIL_SERVICE = Template(
    key="civil_service",
    title="面试式：每个测评要素各去掉一个最高分和一个最低分",
    source="公务员面试公告的通行做法：每个要素去掉一个最高分、一个最低分后平均，保留两位小数；相同的先比更多位小数",
    toml="""\
id = "per-criterion-trim"
title = "逐项去掉最高最低分 评分办法"
version = 1
# 要素和权重各地不同，这里列四项作样子；并列时先顺延小数位，再比不去最高最低的总分。

[[criteria]]
key = "shortcomings"
name = "短板剖析"
weight = "30%"
[[criteria]]
key = "measures"
name = "整改举措"
weight = "30%"
[[criteria]]
key = "commitment"
name = "目标承诺"
weight = "20%"
[[criteria]]
key = "answers"
name = "现场答问"
weight = "20%"

[[groups]]
key = "judges"
name = "评委"
weight = "100%"

[trim]
high = 1
low = 1
min_ballots = 5
unit = "criterion"

[rounding]
places = 2

[ranking]
on = "published"
tie_break = ["more_decimals", "untrimmed"]
""",
)


def templates() -> tuple[Template, ...]:
    """All templates, in the order in which the preparation page shows them."""
    return (LINSHUI_2017, RUIAN_2012, YUZHOU_2018, JINING_2015, HANGZHOU_2018, CIVIL_SERVICE)
