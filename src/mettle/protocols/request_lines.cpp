#include "mettle/protocols/request_lines.hpp"

#include "mettle/base/base64.hpp"
#include "mettle/http/message.hpp"
#include "mettle/payload/data_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace mettle::protocols {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::size_t kMostTasks = 1000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](char each) { return static_cast<unsigned char>(each) < ' ' || each == 0x7f; });
}

bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char each) {
        return std::isalnum(static_cast<unsigned char>(each)) || kOthers.contains(each);
    });
}

// Takes the fields of one line; the reason why not, or "".
class LineReader {
public:
    explicit LineReader(RequestLine& line) : line_(line) {}

    std::string take(const payload::DataField& field) {
        constexpr std::string_view kNames[] = {"method", "url",         "headers",
                                               "body",   "body_base64", "name"};
        if (std::ranges::find(kNames, field.name) == std::end(kNames))
            return fmt::format("there is no '{}'; there are {}", field.name,
                               fmt::join(kNames, ", "));
        const auto value = ordered_json::parse(field.value, nullptr, /*allow_exceptions=*/false);
        if (field.name == "body") return take_body(value);
        if (field.name == "headers") return take_headers(value);
        if (!value.is_string()) return fmt::format("'{}' is no text", field.name);
        const auto& text = value.get_ref<const std::string&>();
        if (field.name == "body_base64") {
            auto bytes = from_base64(text);
            if (!bytes) return "body_base64 is not base64";
            has_body_ = true;
            line_.request.body = std::move(*bytes);
            return "";
        }
        if (has_control(text)) return fmt::format("'{}' has a control character", field.name);
        if (field.name == "url") return take_url(text);
        if (field.name == "method") {
            method_ = text;
            return is_token(text) ? "" : fmt::format("'{}' is no method", text);
        }
        if (field.name == "name") {
            line_.name = text;
            return "";
        }
        return fmt::format(
            "there is no '{}'; there are method, url, headers, body, body_base64 "
            "and name",
            field.name);
    }

    std::string finish() {
        if (!has_url_) return "it has no url";
        http::ClientRequest& request = line_.request;
        request.method = !method_.empty() ? method_ : (has_body_ ? "POST" : "GET");
        if (json_body_ && !has_content_type())
            request.headers.push_back({"Content-Type", "application/json"});
        if (line_.name.empty()) line_.name = request.target.substr(0, request.target.find('?'));
        return "";
    }

private:
    bool has_content_type() const {
        return std::ranges::any_of(line_.request.headers, [](const auto& header) {
            return http::same_name(header.first, "Content-Type");
        });
    }

    std::string take_url(const std::string& text) {
        has_url_ = true;
        const std::string whole = text.starts_with('/') ? "http://h" + text : text;
        const auto url = http::parse_url(whole);
        if (!url) return url.error().message;
        if (!text.starts_with('/')) line_.url = *url;
        line_.request.target = url->target;
        return "";
    }

    std::string take_body(const ordered_json& value) {
        has_body_ = true;
        json_body_ = !value.is_string();
        line_.request.body = json_body_ ? value.dump() : value.get<std::string>();
        return "";
    }

    std::string take_headers(const ordered_json& value) {
        if (!value.is_object()) return "headers are no object of texts";
        for (const auto& [name, text] : value.items()) {
            if (!text.is_string()) return fmt::format("header '{}' is no text", name);
            const auto& content = text.get_ref<const std::string&>();
            if (!is_token(name) || has_control(content))
                return fmt::format("'{}' is no header", name);
            // What decides where a message ends is not the user's.
            if (http::same_name(name, "Content-Length") ||
                http::same_name(name, "Transfer-Encoding"))
                return fmt::format("{} is counted here: leave it out", name);
            line_.request.headers.emplace_back(name, content);
        }
        return "";
    }

    RequestLine& line_;
    std::string method_;
    bool has_url_ = false, has_body_ = false, json_body_ = false;
};

Result<RequestLine> to_line(const payload::DataRow& row, std::string_view name,
                            std::size_t number) {
    RequestLine line;
    line.line = number;
    LineReader reader(line);
    std::string why;
    for (const payload::DataField& field : row.fields) {
        why = reader.take(field);
        if (!why.empty()) break;
    }
    if (why.empty()) why = reader.finish();
    if (!why.empty()) return invalid(fmt::format("{}:{}: {}", name, number, why));
    return line;
}

}  // namespace

Result<std::vector<RequestLine>> parse_request_lines(std::string_view text, std::string_view name) {
    const auto rows = payload::parse_jsonl(text, name);
    if (!rows) return std::unexpected(rows.error());
    std::vector<RequestLine> lines;
    for (const payload::DataRow& row : *rows) {
        auto line = to_line(row, name, row.line);
        if (!line) return std::unexpected(line.error());
        lines.push_back(std::move(*line));
    }
    return lines;
}

Result<RequestLine> parse_request_line(std::string_view text, std::string_view name,
                                       std::size_t number) {
    const auto row = payload::parse_json_row(text, name, number);
    if (!row) return std::unexpected(row.error());
    return to_line(*row, name, number);
}

Result<std::vector<RequestLine>> read_request_lines(const std::string& path) {
    const auto text = payload::read_whole_file(path, kMostBytes);
    if (!text) return std::unexpected(text.error());
    return parse_request_lines(*text, path);
}

Result<void> complete_line(RequestLine& line, const http::Url& target,
                           const http::HeaderList& headers, std::string_view name) {
    if (line.url && line.url->origin() != target.origin())
        return invalid(fmt::format("{}:{}: it goes to {}, and the load to {}", name, line.line,
                                   line.url->origin(), target.origin()));
    line.request.headers.insert(line.request.headers.end(), headers.begin(), headers.end());
    return {};
}

Result<std::vector<Task>> make_line_tasks(std::vector<RequestLine> lines, const http::Url& target,
                                          const http::HeaderList& headers,
                                          std::string_view file_name) {
    std::vector<Task> tasks;
    std::map<std::pair<std::string, std::string>, std::size_t> numbers;
    for (RequestLine& line : lines) {
        if (auto ours = complete_line(line, target, headers, file_name); !ours)
            return std::unexpected(ours.error());
        const auto [found, is_new] =
            numbers.try_emplace({line.name, line.request.method}, tasks.size());
        if (is_new) {
            if (tasks.size() == kMostTasks)
                return invalid(
                    fmt::format("{} has more than {} different names: give each line a "
                                "\"name\"",
                                file_name, kMostTasks));
            tasks.push_back({line.name, line.request.method, 0, {}});
        }
        Task& task = tasks[found->second];
        task.weight += 1;
        std::string id = fmt::format("{}:{}", file_name, line.line);
        task.requests.push_back({std::move(line.request), nullptr, std::move(id)});
    }
    return tasks;
}

}  // namespace mettle::protocols
