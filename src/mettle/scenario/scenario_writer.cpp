#include "mettle/http/message.hpp"
#include "mettle/http/url.hpp"
#include "mettle/scenario/imported_request.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <set>

namespace mettle::scenario {

namespace {

// Headers that are the client's own affair, or one session's.
bool is_kept(std::string_view name) {
    for (const char* other : {"host", "content-length", "connection", "accept-encoding", "cookie",
                              "user-agent", "te", "priority", "cache-control", "pragma"})
        if (http::same_name(name, other)) return false;
    std::string lower;
    for (const char letter : name)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return is_header_name(name) && !lower.starts_with("sec-");
}

// Values stand for themselves.
std::string without_values(std::string_view text) {
    std::string escaped;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at).starts_with("${")) escaped += '$';
        escaped += text[at];
    }
    return escaped;
}

bool is_utf8(const std::string& text) {
    // nlohmann's own check: it refuses to write anything else.
    try {
        static_cast<void>(nlohmann::json(text).dump());
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

// A JSON text is a double-quoted text of YAML, too.
std::string in_double_quotes(std::string_view text) {
    return nlohmann::json(without_values(text))
        .dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

std::string shown(std::string_view text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, [](char character) {
        return std::isalnum(static_cast<unsigned char>(character)) != 0 ||
               std::string_view("/_.=&?%+").contains(character);
    });
    const bool looks_plain =
        plain && (text[0] == '/' || std::isalpha(static_cast<unsigned char>(text[0])) != 0);
    constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off"};
    const bool word = std::ranges::find(kWords, text) != std::end(kWords);
    return looks_plain && !word ? std::string(text) : in_double_quotes(text);
}

class Writer {
public:
    explicit Writer(const WriteOptions& options) : options_(options) {}

    std::string write(const std::vector<ImportedRequest>& requests) {
        out_ = "# yaml-language-server: $schema=docs/schemas/scenario.json\n";
        for (const std::string& comment : options_.comments) out_ += "# " + comment + "\n";
        const auto first = http::parse_url(requests.empty() ? "" : requests[0].url);
        if (first) origin_ = first->origin();
        out_ += fmt::format("\ntarget: {}\n", origin_);
        out_ += "load: {users: 1, run_time: 30s}   # or rate: 50; see docs/scenarios.md\n";
        out_ += "wait: 1s..3s                      # Between two tasks of a user.\n\ntasks:\n";
        if (options_.one_task) out_ += "  visit:\n";
        for (const ImportedRequest& request : requests) {
            if (options_.one_task && request.wait_before_s > 0)
                out_ += fmt::format("    - wait: {:.1f}s\n", request.wait_before_s);
            write_request(request);
        }
        return std::move(out_);
    }

private:
    void line(std::string_view text) { out_ += fmt::format("      {}\n", text); }

    std::string task_name(const ImportedRequest& request, std::string_view path) {
        std::string name = request.name.empty() ? fmt::format("{} {}", request.method,
                                                              path.substr(0, path.find('?')))
                                                : request.name;
        std::string unique = name;
        for (int number = 2; !names_.insert(unique).second; ++number)
            unique = fmt::format("{} {}", name, number);
        return unique;
    }

    void write_request(const ImportedRequest& request) {
        const auto url = http::parse_url(request.url);
        if (!url) return;
        std::string verb;
        for (const char letter : request.method)
            verb += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        constexpr std::string_view kVerbs[] = {"get",    "post", "put",    "patch",
                                               "delete", "head", "options"};
        if (std::ranges::find(kVerbs, verb) == std::end(kVerbs)) {
            out_ += fmt::format("    # left out: {} {}\n", verb, in_double_quotes(request.url));
            return;
        }
        const bool own = url->origin() == origin_;
        const std::string target = shown(own ? url->target : request.url);
        if (options_.one_task)
            out_ += fmt::format("    - {}: {}\n", verb, target);
        else
            out_ += fmt::format("  {}:\n      {}: {}\n",
                                in_double_quotes(task_name(request, url->target)), verb, target);
        if (!options_.one_task && request.weight != 1)
            line(fmt::format("weight: {}", request.weight));
        write_body(request);
        write_headers(request);
        if (!request.user.empty())
            line(fmt::format("auth: {{basic: {{user: {}, password: {}}}}}",
                             in_double_quotes(request.user), in_double_quotes(request.password)));
    }

    static bool is_json(const ImportedRequest& request) {
        return !request.body.empty() && nlohmann::json::accept(request.body) &&
               std::ranges::any_of(request.headers, [](const auto& header) {
                   return http::same_name(header.first, "content-type") &&
                          header.second.starts_with("application/json");
               });
    }

    void write_body(const ImportedRequest& request) {
        if (!request.body_file.empty()) {
            line("body_file: " + in_double_quotes(request.body_file));
        } else if (!request.parts.empty()) {
            line("multipart:");
            for (const ImportedPart& part : request.parts) write_part(part);
        } else if (is_json(request)) {
            const auto value = nlohmann::ordered_json::parse(request.body);
            // A map or list can be edited; another value is JSON's text.
            const bool structured = value.is_structured();
            line("json: " +
                 (structured ? without_values(value.dump()) : in_double_quotes(request.body)));
        } else if (!request.body.empty() && is_utf8(request.body)) {
            line("body: " + in_double_quotes(request.body));
        } else if (!request.body.empty()) {
            line("# The body is no text: put it into a file and write body_file: FILE");
        }
    }

    void write_part(const ImportedPart& part) {
        if (part.file.empty())
            return line(
                fmt::format("  {}: {}", in_double_quotes(part.name), in_double_quotes(part.value)));
        const std::string type =
            part.type.empty() ? "" : fmt::format(", type: {}", in_double_quotes(part.type));
        line(fmt::format("  {}: {{file: {}{}}}", in_double_quotes(part.name),
                         in_double_quotes(part.file), type));
    }

    void write_headers(const ImportedRequest& request) {
        std::string list;
        std::set<std::string, std::less<>> known;
        for (const auto& [name, value] : request.headers) {
            const bool implied =
                http::same_name(name, "content-type") &&
                (!request.parts.empty() || (value == "application/json" && is_json(request)));
            if (!is_kept(name) || implied || !known.insert(name).second) continue;
            if (value.find_first_of("\r\n") != std::string::npos) continue;
            list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", in_double_quotes(name),
                                in_double_quotes(value));
        }
        if (!list.empty()) line("headers: {" + list + "}");
    }

    const WriteOptions& options_;
    std::string out_;
    std::string origin_;
    std::set<std::string> names_;
};

}  // namespace

std::string write_scenario(const std::vector<ImportedRequest>& requests,
                           const WriteOptions& options) {
    return Writer(options).write(requests);
}

}  // namespace mettle::scenario
