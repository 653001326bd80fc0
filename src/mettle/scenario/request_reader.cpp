#include "mettle/base/base64.hpp"
#include "mettle/http/message.hpp"
#include "mettle/http/url.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mettle::scenario {

namespace {

void check_target(ReadContext& context, const YamlNode& node, const Template& target) {
    const std::string& literal = target.parts().empty() ? "" : target.parts().front().literal;
    if (target.empty()) return context.wrong(node, "a request needs a path, as '/items'");
    const bool absolute = literal.starts_with("http://") || literal.starts_with("https://");
    const bool free_form = literal.empty();  // Begins with ${...}.
    if (!absolute && !free_form && !literal.starts_with('/'))
        return context.wrong(node, fmt::format("'{}': a path begins with '/', and another host's "
                                               "URL with http://",
                                               node.text));
    if (absolute && target.is_static()) {
        const auto url = http::parse_url(literal);
        if (!url) return context.wrong(node, url.error().message);
    }
    for (const TemplatePart& part : target.parts()) {
        const bool blank = std::ranges::any_of(part.literal, [](char character) {
            const auto byte = static_cast<unsigned char>(character);
            return byte <= ' ' || byte == 0x7f;
        });
        if (blank) return context.wrong(node, "a path has no blanks: write %20, or give 'params'");
    }
}

// "?a=1&b=${b}" behind the target.
void add_params(ReadContext& context, const YamlNode& node, Template& target) {
    if (!node.is_map())
        return context.wrong(node, fmt::format("params is a map, not {}", node.kind_name()));
    bool first = std::ranges::none_of(
        target.parts(), [](const TemplatePart& part) { return part.literal.contains('?'); });
    const auto add = [&](const std::string& name, const YamlNode& value) {
        target.append(first ? "?" : "&");
        first = false;
        target.append(Template(name), Encoding::url);
        target.append("=");
        if (!value.is_null()) target.append(context.text_template(value, name), Encoding::url);
    };
    for (const YamlEntry& entry : node.entries) {
        if (!entry.value.is_list()) {
            add(entry.key, entry.value);
            continue;
        }
        for (const YamlNode& item : entry.value.items) add(entry.key, item);
    }
}

bool has_header(const RequestStep& request, std::string_view name) {
    return std::ranges::any_of(request.headers, [&](const HeaderText& header) {
        return http::same_name(header.name, name);
    });
}

}  // namespace

std::vector<HeaderText> read_headers(ReadContext& context, const YamlNode& node) {
    std::vector<HeaderText> headers;
    if (!node.is_map()) {
        context.wrong(node, fmt::format("headers is a map, not {}", node.kind_name()));
        return headers;
    }
    for (const YamlEntry& entry : node.entries) {
        if (!is_header_name(entry.key)) {
            context.mistakes.add(entry.place, fmt::format("'{}' is no header's name", entry.key));
            continue;
        }
        Template value =
            entry.value.is_null() ? Template() : context.text_template(entry.value, entry.key);
        const bool breaks = std::ranges::any_of(value.parts(), [](const TemplatePart& part) {
            return part.literal.find_first_of("\r\n") != std::string::npos;
        });
        if (breaks) context.wrong(entry.value, "a header's value is one line");
        headers.push_back({entry.key, std::move(value)});
    }
    return headers;
}

// {bearer: TOKEN} or {basic: {user: U, password: P}}
HeaderText read_auth(ReadContext& context, const YamlNode& node) {
    KeyReader keys(context, node, "auth");
    const YamlNode* bearer = keys.take("bearer");
    const YamlNode* basic = keys.take("basic");
    keys.finish();
    HeaderText header{"Authorization", {}};
    if (node.is_map() && (bearer != nullptr) == (basic != nullptr))
        context.wrong(node, "auth takes 'bearer: TOKEN' or 'basic: {user: U, password: P}'");
    if (bearer) {
        header.value.append("Bearer ");
        header.value.append(context.text_template(*bearer, "bearer"));
    } else if (basic) {
        KeyReader parts(context, *basic, "basic");
        const YamlNode* user = parts.take("user");
        const YamlNode* password = parts.take("password");
        parts.finish();
        Template both;
        if (user) both.append(context.text_template(*user, "user"));
        both.append(":");
        if (password) both.append(context.text_template(*password, "password"));
        header.value.append("Basic ");
        header.value.append(
            Template::of(context.made_formula(*basic, "base64(" + as_expression(both) + ")")));
    }
    return header;
}

namespace {

void read_name_and_time(ReadContext& context, KeyReader& keys, RequestStep& request) {
    if (const YamlNode* name = keys.take("name")) request.name = context.text(*name, "name");
    if (const YamlNode* timeout = keys.take("timeout")) {
        request.timeout = context.duration(*timeout, "timeout").value_or(Duration::zero());
        if (request.timeout == Duration::zero()) context.wrong(*timeout, "a timeout is above 0");
    }
}

void read_judgement(ReadContext& context, KeyReader& keys, RequestStep& request) {
    if (const YamlNode* checks = keys.take("checks")) {
        auto own = read_checks(context, *checks);
        const auto is_status = [](const Check& check) { return check.kind == Check::Kind::status; };
        // The nearest says what status is right.
        if (std::ranges::any_of(own, is_status)) std::erase_if(request.checks, is_status);
        for (Check& check : own) request.checks.push_back(std::move(check));
    }
    if (const YamlNode* extract = keys.take("extract"))
        read_extractions(context, *extract, request.extractions);
}

}  // namespace

namespace {

// A binary message: {base64: TEXT} or {file: PATH}.
void read_bytes(ReadContext& context, const YamlNode& node, RequestStep& request) {
    request.binary = true;
    KeyReader keys(context, node, "a binary message");
    const YamlNode* base64 = keys.take("base64");
    const YamlNode* file = keys.take("file");
    keys.finish();
    if ((base64 != nullptr) == (file != nullptr))
        return context.wrong(node, "a binary message takes either 'base64: TEXT' or 'file: PATH'");
    if (file) {
        request.body = Template(context.file(*file, "file").value_or(""));
        return;
    }
    const auto bytes = from_base64(context.text(*base64, "base64"));
    if (!bytes) return context.wrong(*base64, "this text is not base64");
    request.body = Template(*bytes);
}

// `sse: true`, or {count: 10, until: "[DONE]", for: 2s}.
void read_events(ReadContext& context, const YamlNode& node, RequestStep& request) {
    constexpr std::int64_t kMostEvents = 1'000'000'000;
    for (const auto* name : {"events", "first_event", "inter_event"})
        context.metrics.emplace_back(name, std::string_view(name) == "events" ? "" : "ms");
    protocols::EventLimits& limits = request.events.emplace();
    if (!node.is_map()) {
        if (!context.truth(node, "sse")) request.events.reset();
        return;
    }
    KeyReader keys(context, node, "sse");
    if (const YamlNode* count = keys.take("count"))
        limits.count =
            static_cast<std::uint32_t>(context.whole(*count, "count", 1, kMostEvents).value_or(1));
    if (const YamlNode* until = keys.take("until")) {
        limits.until = context.text(*until, "until");
        if (limits.until.empty())
            context.wrong(*until, "until is the data of the event that ends the stream");
    }
    if (const YamlNode* length = keys.take("for")) {
        limits.length = context.duration(*length, "for").value_or(Duration::zero());
        if (limits.length == Duration::zero())
            context.wrong(*length, "a stream is read for longer than 0");
    }
    keys.finish();
}

}  // namespace

RequestStep read_request(ReadContext& context, const YamlNode& node, const YamlEntry& verb) {
    RequestStep request;
    request.timeout = context.defaults.timeout;
    request.follow_redirects = context.defaults.follow_redirects;
    for (const char letter : verb.key)
        request.method += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    request.method.erase(0, 3);  // The default.
    KeyReader keys(context, node, fmt::format("a {} request", request.method));
    keys.take(verb.key);
    const std::size_t mistakes = context.mistakes.size();
    request.target = context.text_template(verb.value, "a request's path");
    if (context.mistakes.size() == mistakes) check_target(context, verb.value, request.target);
    request.name = verb.value.text.substr(0, verb.value.text.find('?'));
    read_name_and_time(context, keys, request);
    if (const YamlNode* params = keys.take("params")) add_params(context, *params, request.target);
    if (const YamlNode* headers = keys.take("headers"))
        request.headers = read_headers(context, *headers);
    if (const YamlNode* auth = keys.take("auth"))
        request.headers.push_back(read_auth(context, *auth));
    if (const YamlNode* follow = keys.take("follow_redirects"))
        request.follow_redirects = context.truth(*follow, "follow_redirects");
    if (const YamlNode* events = keys.take("sse")) read_events(context, *events, request);
    const YamlEntry* body = keys.take_one({"json", "form", "body", "body_file", "multipart"});
    if (body) read_body(context, *body, request);
    if (has_header(request, "content-type")) request.content_type.clear();
    request.checks = context.defaults.checks;
    read_judgement(context, keys, request);
    keys.finish();
    return request;
}

RequestStep read_socket_step(ReadContext& context, const YamlNode& node, const YamlEntry& kind) {
    using Socket = RequestStep::Socket;
    RequestStep request;
    request.timeout = context.defaults.timeout;
    request.method = "WS";
    request.socket = kind.key == "ws_open"  ? Socket::open
                     : kind.key == "ws_say" ? Socket::say
                                            : Socket::close;
    KeyReader keys(context, node, fmt::format("a step '{}'", kind.key));
    keys.take(kind.key);
    request.name = request.socket == Socket::open  ? kind.value.text
                   : request.socket == Socket::say ? "message"
                                                   : "close";
    if (request.socket == Socket::open) {
        const std::size_t mistakes = context.mistakes.size();
        request.target = context.text_template(kind.value, "a WebSocket's path");
        if (context.mistakes.size() == mistakes) check_target(context, kind.value, request.target);
        if (const YamlNode* headers = keys.take("headers"))
            request.headers = read_headers(context, *headers);
        if (const YamlNode* auth = keys.take("auth"))
            request.headers.push_back(read_auth(context, *auth));
    } else if (request.socket == Socket::say) {
        // Nothing to say: only answers are waited for.
        if (kind.value.is_map())
            read_bytes(context, kind.value, request);
        else if (!kind.value.is_null())
            request.body = context.text_template(kind.value, "a message");
        if (const YamlNode* messages = keys.take("messages"))
            request.messages = static_cast<std::uint32_t>(
                context.whole(*messages, "messages", 0, 1'000'000).value_or(1));
        if (kind.value.is_null() && request.messages == 0)
            context.wrong(node, "a step 'ws_say' has something to say or messages to wait for");
    } else if (!kind.value.is_null()) {
        context.wrong(kind.value, "ws_close takes nothing");
    }
    read_name_and_time(context, keys, request);
    read_judgement(context, keys, request);
    keys.finish();
    return request;
}

}  // namespace mettle::scenario
