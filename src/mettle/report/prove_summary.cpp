#include "mettle/report/prove_summary.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <string_view>

namespace mettle::report {
namespace {

using results::ProveVerdict;
using results::StageVerdict;

std::string painted(std::string_view text, std::string_view code, bool colour) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string mark_of(StageVerdict verdict, bool colour) {
    switch (verdict) {
        case StageVerdict::pass:
            return painted("✓", "32", colour);
        case StageVerdict::fail:
            return painted("✗", "31", colour);
        case StageVerdict::skipped:
            return painted("-", "2", colour);
        case StageVerdict::invalid:
            return painted("?", "33", colour);
    }
    return " ";
}

std::string_view code_of(ProveVerdict verdict) {
    switch (verdict) {
        case ProveVerdict::ready:
            return "1;32";
        case ProveVerdict::not_ready:
            return "1;31";
        case ProveVerdict::invalid:
            return "1;33";
    }
    return "0";
}

// What a target answered may hold escape sequences; on a terminal they would be obeyed.
std::string printable(std::string_view text) {
    std::string clean;
    for (const char character : text) {
        const bool control = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
        clean += control ? ' ' : character;
    }
    return clean;
}

// The first two, and how many more; all of them stand below.
std::string shortened(const std::vector<std::string>& lines) {
    std::string text = lines[0];
    if (lines.size() > 1) text += ", " + lines[1];
    if (lines.size() > 2) text += fmt::format(" and {} more", lines.size() - 2);
    return text;
}

std::string skipped_names(const results::ProveResult& result) {
    std::string names;
    for (const auto& stage : result.stages) {
        if (stage.verdict == StageVerdict::skipped)
            names += (names.empty() ? "" : ", ") + stage.name;
    }
    return names;
}

std::string list(std::string_view title, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += fmt::format("  {:<9} {}\n", text.empty() ? title : "", printable(line));
    }
    return text;
}

}  // namespace

std::string conditions_of(const results::ProveResult& result) {
    const std::string skipped = skipped_names(result);
    std::string text;
    const auto add = [&](const std::string& condition) {
        text += (text.empty() ? "" : "; ") + condition;
    };
    if (!skipped.empty()) add("skipped: " + skipped);
    if (!result.assumed.empty()) add("assumed: " + printable(shortened(result.assumed)));
    if (!result.caveats.empty())
        add(fmt::format(
            "unlike production in {}",
            result.caveats.size() == 1 ? "1 way" : fmt::format("{} ways", result.caveats.size())));
    return text.empty() ? "" : "  (" + text + ")";
}

std::string stage_line(const results::StageResult& stage, bool colour) {
    std::string text = fmt::format("  {} {:<12} {:>6.1f} s  {}\n", mark_of(stage.verdict, colour),
                                   stage.name, stage.duration_s, printable(stage.answer));
    for (const std::string& reason : stage.reasons) {
        if (reason != stage.answer) text += fmt::format("{:27}{}\n", "", printable(reason));
    }
    return text;
}

std::string prove_summary(const results::ProveResult& result, SummaryStyle style) {
    std::string text = painted(name_of(result.verdict), code_of(result.verdict), style.colour);
    text += fmt::format("  {} {}", result.target.url, result.target.model);
    text += conditions_of(result);
    text += fmt::format("  after {:.0f} s\n", result.duration_s);
    for (const auto& stage : result.stages) {
        if (style.stages) text += stage_line(stage, style.colour);
    }
    text += list("reasons", result.reasons);
    if (result.capacity) {
        const auto& capacity = *result.capacity;
        text += fmt::format("  capacity  {} rps hold the SLO", format_rate(capacity.rps_pass));
        if (capacity.rps_fail)
            text += fmt::format(", {} rps break it", format_rate(*capacity.rps_fail));
        text += fmt::format(" ({:.0f} % confidence", capacity.confidence * 100);
        if (!capacity.binding_slo.empty()) text += "; binding: " + capacity.binding_slo;
        text += ")\n";
        if (!capacity.bottleneck.empty()) text += list("limit", {capacity.bottleneck});
    }
    if (!result.headroom.empty()) text += list("headroom", {result.headroom});
    text += list("SLO", result.slo);
    text += list("assumed", result.assumed);
    text += list("skipped", result.skipped);
    text += list("caveats", result.caveats);
    return text;
}

}  // namespace mettle::report
