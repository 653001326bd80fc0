#include "mettle/cli/openapi_tasks.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/base/units.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/protocols/openapi/tasks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mettle::cli {

namespace {

constexpr std::size_t kMostListed = 20;
constexpr const char* kGroup = "What to send";

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<double> parse_share(const std::string& text) {
    const bool percent = text.ends_with('%');
    const auto number = parse_number(text.substr(0, text.size() - (percent ? 1 : 0)));
    const double share = number ? *number / (percent ? 100 : 1) : -1;
    if (share <= 0 || share > 0.9)
        return invalid(fmt::format("'{}' is no share: write 5%, at most 90%", text));
    return share;
}

// "; takes item_id from answers of POST /items"
std::string about_id(const protocols::openapi::MadeTasks& made, std::size_t index) {
    const auto taken = made.lessons.taken[index];
    if (!taken) return "";
    const protocols::openapi::Lesson& lesson = made.lessons.all[*taken];
    std::vector<std::string> teachers;
    for (const std::uint32_t teacher : lesson.teachers)
        teachers.push_back(made.tasks[teacher].method + " " + made.tasks[teacher].name);
    return fmt::format("; takes {} from answers of {}", lesson.item.parameter,
                       fmt::join(teachers, " and "));
}

std::vector<std::string> lines_about(const protocols::openapi::MadeTasks& made) {
    std::vector<std::string> lines;
    const std::size_t sent = std::min(made.tasks.size(), kMostListed);
    for (std::size_t index = 0; index < sent; ++index) {
        const protocols::Task& task = made.tasks[index];
        const std::size_t count = task.requests.size();
        lines.push_back(fmt::format("sends {} {}{}{}", task.method, task.name,
                                    count > 1 ? fmt::format(" ({} requests)", count) : "",
                                    about_id(made, index)));
    }
    if (sent < made.tasks.size())
        lines.push_back(fmt::format("sends {} more", made.tasks.size() - sent));
    const std::size_t listed = std::min(made.left_out.size(), kMostListed);
    for (std::size_t index = 0; index < listed; ++index) {
        const auto& each = made.left_out[index];
        lines.push_back(
            fmt::format("leaves out {0} ({1}); --only '{0}' sends it", each.operation, each.why));
    }
    if (listed < made.left_out.size())
        lines.push_back(
            fmt::format("leaves out {} more; --all sends them all", made.left_out.size() - listed));
    lines.insert(lines.end(), made.notes.begin(), made.notes.end());
    return lines;
}

}  // namespace

Result<std::shared_ptr<const protocols::openapi::Document>> read_document(const std::string& path) {
    const auto text = payload::read_whole_file(path, protocols::openapi::Document::kMostBytes);
    if (!text) return std::unexpected(text.error());
    auto document = protocols::openapi::parse_document(*text);
    if (!document) return invalid(fmt::format("{}: {}", path, document.error().message));
    return std::make_shared<const protocols::openapi::Document>(std::move(*document));
}

void add_operation_flags(Flags& flags, OpenApiOptions& options) {
    flags
        .add_list(
            "--only",
            [&options](const std::string& text) -> Result<void> {
                options.only.push_back(text);
                return {};
            },
            "OpenAPI: send this operation, as 'POST /predict'; repeatable", "what looks harmless")
        ->group(kGroup);
    flags
        .add(
            "--openapi",
            [&options](const std::string& path) -> Result<void> {
                auto document = read_document(path);
                if (!document) return std::unexpected(document.error());
                options.document = std::move(*document);
                return {};
            },
            "OpenAPI document of a service that does not show it, JSON or YAML",
            "asked for at /openapi.json")
        ->group(kGroup);
    if (flags.app().get_option_no_throw("--data")) return;
    flags.app()
        .add_option("--data", options.data,
                    "OpenAPI: rows for parameters and body fields by their names, .csv or .jsonl")
        ->group(kGroup);
}

void add_openapi_flags(Flags& flags, OpenApiOptions& options) {
    add_operation_flags(flags, options);
    flags.app()
        .add_flag("--all", options.all,
                  "OpenAPI: send all operations, also those that change or "
                  "delete something")
        ->group(kGroup);
    flags
        .add(
            "--invalid-share",
            [&options](const std::string& text) -> Result<void> {
                const auto share = parse_share(text);
                if (!share) return std::unexpected(share.error());
                options.invalid_share = *share;
                return {};
            },
            "OpenAPI: so many requests are wrong on purpose, and refusing them is right, as 5%",
            "0%")
        ->group(kGroup);
}

bool about_openapi(const OpenApiOptions& options) {
    return !options.only.empty() || options.all || options.document || options.invalid_share > 0;
}

std::vector<payload::DataRow> read_rows(const OpenApiOptions& options) {
    if (options.data.empty()) return {};
    auto rows = payload::read_data_file(options.data);
    if (!rows) throw StartupError("--data: " + rows.error().message);
    return std::move(*rows);
}

OpenApiTasks make_openapi_tasks(const OpenApiOptions& options, const protocols::Target& target,
                                const http::HeaderList& headers, std::uint64_t seed) {
    protocols::openapi::TaskOptions wanted;
    wanted.only = options.only;
    wanted.all = options.all;
    wanted.headers = headers;
    wanted.invalid_share = options.invalid_share;
    wanted.seed = seed;
    wanted.rows = read_rows(options);
    auto made = protocols::openapi::make_tasks(*target.api, target.url, wanted);
    if (!made) throw StartupError(made.error().message);
    std::vector<std::string> notes = lines_about(*made);
    return {std::move(made->tasks), std::move(notes), std::move(made->lessons)};
}

}  // namespace mettle::cli
