"""The demonstration's inspection (演示监督检查): a sample, findings on their road, standing checks, a quarter, a request."""

from __future__ import annotations

from typing import Any

from cases.access.models import Office, User
from cases.dossier.models import Case
from cases.history.models import Event
from cases.privacy import actions as privacy
from workflows.inspection.checks import actions as checks
from workflows.inspection.checks import sweeping
from workflows.inspection.checks.models import FALSE, CheckHit
from workflows.inspection.findings import actions as findings
from workflows.inspection.findings.evidence import Given
from workflows.inspection.findings.models import Finding
from workflows.inspection.samples import actions as samples
from workflows.models import Decision
from workflows.reports.evaluation import actions as evaluation
from workflows.reports.evaluation.clockwork import freeze_last
from workflows.reports.evaluation.models import EvaluationFigure
from workflows.walking.papers import picture
from workflows.walking.showing import Say

XIJI = "640422"


class Inspection:
    """监督检查, the county's answers to it, and what the applicants may ask; by the actions of the people who do it."""

    def __init__(self, cast: dict[str, User], say: Say) -> None:
        self.cast, self.say = cast, say
        self.inspector, self.county = cast["inspector"], cast["xiji_review"]

    def begun(self) -> None:
        """Some weeks ago: a sample of granted cases is drawn, its first case is in order, its second one becomes a finding."""
        sample = samples.draw(
            title="季度抽查：已核定金额的案卷",
            filters={"least": 1},
            way="county",
            by_risk=True,
            each=2,
            by=self.inspector,
        )
        fine, wrong, *_others = sample.cases.select_related("case").order_by("position")
        samples.check(sample=sample, line=fine.pk, is_fine=True, words="材料、公示和拨付都看过。", by=self.inspector)
        words = "入户照片里看不到患者，核实人写的是本人在家。"
        samples.check(sample=sample, line=wrong.pk, is_fine=False, words=words, by=self.inspector)
        findings.note(case=wrong.case, text="先问镇里是谁拍的照片。", by=self.inspector)
        self.first = self.find(
            wrong.case, [Given("sample", str(sample.pk))], severity="serious", title="入户核实的照片里没有患者",
            facts=words, clause="救助办法：入户核实", days=10,
        )  # fmt: skip
        self.say("监督检查：抽样已抽，查过两件，一个问题已发出")

    def put_right(self) -> None:
        """The county puts it right and shows it; the inspector looks again and closes it."""
        findings.rectify(
            finding=self.first, words="已经再次入户，补拍了照片。", attached=[picture("整改")], by=self.county
        )
        findings.recheck(finding=self.first, words="看过补拍的照片，患者在场。", by=self.inspector)
        findings.close(finding=self.first, words="已整改。", by=self.inspector)

    def today(self) -> None:
        """The standing checks with their hits, a finding that the county has answered, a frozen quarter, a request answered."""
        sweeping.work(checks.run_checks(by=self.inspector))
        self.hits()
        quick = Decision.objects.filter(is_hasty=True, step="county_review").select_related("case").latest("pk")
        case = {"stream__kind": "case", "stream__key": str(quick.case_id)}
        said = Event.objects.get(**case, action="task.decided", object_id=str(quick.pk))
        sent = self.find(
            quick.case, [Given("event", str(said.pk))], severity="grave",
            title="没有打开材料就同意上报", facts="办理记录里，初审员没有打开过任何一份材料，就同意上报。",
            clause="救助办法：先看后批", days=5,
        )  # fmt: skip
        findings.answer(
            finding=sent, words="当天在纸质材料上看过，没有在系统里打开。以后都在系统里看。", by=self.county
        )
        self.quarter()
        self.asked()
        self.say("监督检查：常设核查已跑，问题已答复，季度考核已定格，个人信息请求已答复")

    def hits(self) -> None:
        """Of what stayed overdue in the county, one is a false alarm and one becomes a finding that waits for its answer."""
        late = CheckHit.objects.filter(code="C14", state="open", case__handling_code__startswith=XIJI).order_by("pk")
        alarm, wrong = late.select_related("case")[:2]
        reason = "申请人住院，县里打过电话，记在纸上的登记簿里，已核对。"
        checks.mark(hit=alarm, verdict=FALSE, reason=reason, by=self.inspector)
        assert wrong.case is not None
        self.find(
            wrong.case, [Given("hit", str(wrong.pk))], severity="minor", title="超期没有说明",
            facts="这一步超过了时限，没有中止计时，也没有写明原因。", clause="救助办法：办理时限", days=5,
        )  # fmt: skip

    def quarter(self) -> None:
        """The quarter that is over is frozen, as the clock would, and the county answers a figure."""
        freeze_last()
        figure = EvaluationFigure.objects.filter(area=XIJI).order_by("score", "pk").first()
        if figure is not None:
            words = "这个季度刚开始在网上办，案卷不多。"
            evaluation.answer(figure=figure, words=words, promise="案卷多了以后，每周看一次进度。", by=self.county)
        evaluation.assign(area=XIJI, officer=self.cast["guyuan_city"].username, by=self.cast["prov_head"])

    def asked(self) -> None:
        """查阅、更正: one applicant asks for a correction, which is done; another one waits for a copy."""
        closed, followed = (Case.objects.filter(state=state).order_by("pk")[0] for state in ("CLOSED", "FOLLOWUP"))
        words = "户主的名字写错了一个字。"
        request = privacy.ask(case=closed, kind="correction", words=words, by=closed.owner)
        answer = "已按户口簿更正。"
        privacy.answer(request=request, agreed=True, words=answer, by=self.cast["prov_review"])
        privacy.ask(case=followed, kind="copy", words="", by=followed.owner)

    def find(self, case: Case, evidence: list[Given], **words: Any) -> Finding:
        """A finding at the county's office, sent."""
        office = Office.objects.get(division_code=XIJI, kind="redcross")
        found = findings.draft(case=case, office=office, evidence=evidence, by=self.inspector, **words)
        return findings.send(finding=found, by=self.inspector)
