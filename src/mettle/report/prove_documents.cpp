// The forms of a readiness run that other programs read: Markdown and JUnit.

#include "mettle/base/units.hpp"
#include "mettle/report/markup.hpp"
#include "mettle/report/prove_summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::report {
namespace {

using results::StageVerdict;

std::string bullets(std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return "";
    std::string text = fmt::format("\n**{}**\n\n", title);
    for (const std::string& line : lines) text += "- " + escape_markdown(line) + "\n";
    return text;
}

std::string reasons_of(const results::StageResult& stage) {
    std::string text;
    for (const std::string& reason : stage.reasons) text += reason + "\n";
    return text.empty() ? stage.answer : text;
}

std::string junit_case(const results::StageResult& stage) {
    std::string text =
        fmt::format("  <testcase classname=\"mettle.prove\" name=\"{}\" time=\"{:.3f}\">",
                    escape_xml(stage.name), stage.duration_s);
    switch (stage.verdict) {
        case StageVerdict::pass:
            break;
        case StageVerdict::fail:
            text += fmt::format("<failure message=\"{}\">{}</failure>", escape_xml(stage.answer),
                                escape_xml(reasons_of(stage)));
            break;
        case StageVerdict::invalid:
            text += fmt::format("<error message=\"{}\">{}</error>", escape_xml(stage.answer),
                                escape_xml(reasons_of(stage)));
            break;
        case StageVerdict::skipped:
            text += fmt::format("<skipped message=\"{}\"/>", escape_xml(stage.answer));
            break;
    }
    return text + "</testcase>\n";
}

}  // namespace

std::string prove_markdown(const results::ProveResult& result) {
    std::string text = fmt::format(
        "### {}: {} {}{}\n\n", name_of(result.verdict), escape_markdown(result.target.url),
        escape_markdown(result.target.model), escape_markdown(conditions_of(result)));
    text += "| stage | verdict | answer |\n|---|---|---|\n";
    for (const auto& stage : result.stages) {
        text += fmt::format("| {} | {} | {} |\n", escape_markdown(stage.name),
                            name_of(stage.verdict), escape_markdown(stage.answer));
    }
    text += bullets("Reasons", result.reasons);
    if (result.capacity && !result.capacity->bottleneck.empty())
        text += bullets("Limit", {result.capacity->bottleneck});
    if (!result.headroom.empty()) text += bullets("Headroom", {result.headroom});
    text += bullets("SLO", result.slo);
    text += bullets("Assumed", result.assumed);
    text += bullets("Skipped", result.skipped);
    text += bullets("Unlike production", result.caveats);
    return text;
}

std::string prove_junit(const results::ProveResult& result) {
    const auto count = [&](StageVerdict verdict) {
        return std::ranges::count(result.stages, verdict, &results::StageResult::verdict);
    };
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"mettle prove {}\" "
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
        escape_xml(result.target.url), result.stages.size(), count(StageVerdict::fail),
        count(StageVerdict::invalid), count(StageVerdict::skipped), result.duration_s);
    for (const auto& stage : result.stages) text += junit_case(stage);
    return text + "</testsuite>\n";
}

}  // namespace mettle::report
