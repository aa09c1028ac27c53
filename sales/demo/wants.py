"""What the demo company's customers say they want: by category, in both languages, with other words each time."""

from __future__ import annotations

# (place of the category in the list of a new company, subjects, wishes about each)
ENGLISH: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (0, ("Export of measurements to Excel", "Excel export of the measurements", "Measurements exported to Excel every night"),
     ("Today we type the measurements into Excel by hand.", "The export should hold all measurements of a month.", "Our auditors ask for an Excel export of measurements.")),
    (1, ("Housings that stay tight in rain", "Tight housings for outdoor use", "Rain gets into the housings"),
     ("Two housings let rain in last winter.", "Outdoor housings must stay tight for five years.", "The seals of the housings wear out too early.")),
    (2, ("Volume discount on framework orders", "A framework contract with volume discount", "Longer payment terms within a framework contract"),
     ("Your competitor grants a volume discount from 500 pieces on.", "A framework contract would make our budget easier.", "We order every month and expect a volume discount.")),
    (3, ("Faster delivery of spare parts", "Spare parts within two days", "Delivery date of spare parts told in advance"),
     ("We waited three weeks for spare parts.", "Without spare parts our line stands still.", "The delivery of spare parts has to be quicker.")),
    (4, ("Hotline at weekends", "A hotline that answers on weekends too", "Training for our technicians on site"),
     ("Our plant runs at weekends, the hotline does not.", "The hotline never answers after five.", "New technicians need training every year.")),
    (5, ("Interface to our ERP system", "Orders straight from the ERP system", "ERP interface for order numbers"),
     ("Orders are typed twice because there is no ERP interface.", "The ERP interface should carry order numbers.", "We change our ERP next year and need an interface.")),
)  # fmt: skip
CHINESE: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (0, ("测量数据导出到表格", "测量数据自动导出", "测量数据按月导出报表"),
     ("目前测量数据要手工录入表格。", "审计时要导出全部测量数据。", "导出的测量数据应包含时间和单位。")),
    (1, ("外壳防水性能要更好", "户外外壳防水等级提高", "外壳防水密封圈更耐用"),
     ("去年冬天两台外壳防水失效。", "户外使用，外壳防水至少保证五年。", "外壳密封圈老化太快，防水不达标。")),
    (2, ("年度框架合同价格优惠", "签订框架合同并享受优惠", "框架合同延长付款账期"),
     ("每月下单，框架合同应有价格优惠。", "竞争对手的框架合同优惠更多。", "框架合同便于我们做预算。")),
    (3, ("备件交货要更快", "备件两天内交货", "备件交货时间提前通知"),
     ("备件等了三个星期才交货。", "没有备件，生产线就停了。", "备件交货太慢，影响生产。")),
    (4, ("周末技术热线", "周末也有热线服务", "技术热线延长到周末"),
     ("工厂周末生产，热线没人接。", "周末出了故障打不通技术热线。", "热线服务要覆盖周末和节假日。")),
    (5, ("与企业资源系统对接", "订单接口与资源系统对接", "系统对接订单编号"),
     ("订单要录入两次，因为没有系统对接。", "系统对接后订单编号应自动同步。", "明年更换资源系统，要重新对接接口。")),
)  # fmt: skip
DECLINED = ("Not on our way for the next two years.", "Too few customers ask for it.", "目前暂无计划。")
DONE = ("Part of the latest release.", "Agreed in the service contract.", "已纳入新版本。")
