#include "mettle/cli/request_flags.hpp"

#include "mettle/cli/flag_values.hpp"
#include "mettle/cli/load_flags.hpp"
#include "mettle/cli/openai_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace mettle::cli {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char character) {
        return std::isalnum(static_cast<unsigned char>(character)) ||
               kOthers.find(character) != std::string_view::npos;
    });
}

}  // namespace

Result<std::pair<std::string, std::string>> parse_header(const std::string& text) {
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    if (colon == std::string::npos || !is_token(name) ||
        text.find_first_of("\r\n\0", 0, 3) != std::string::npos)
        return invalid(fmt::format("'{}' is no header: write 'Name: value'", text));
    const auto begin = text.find_first_not_of(" \t", colon + 1);
    return std::pair{name, begin == std::string::npos ? "" : text.substr(begin)};
}

Result<std::string> parse_method(const std::string& text) {
    if (!is_token(text)) return invalid(fmt::format("'{}' is no HTTP method", text));
    return text;
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())))
        return invalid(fmt::format("{} cannot be read", path));
    return text.str();
}

void add_payload_flags(Flags& flags, LoadOptions& options) {
    const char* group = "What to send";
    flags.app()
        .add_option("--model", options.model,
                    "the model, where there are several or none are listed")
        ->group(group);
    add_tensor_flags(flags, options.payloads);
    add_generation_flags(flags, options.generation);
    flags.app()
        .add_option("--requests", options.requests_file,
                    "JSON lines of method, url, headers and body, from FILE, in turn, "
                    "or - (standard input), each once, as a program writes them")
        ->group(group);
    flags.app()
        .add_flag("--binary", options.binary, "V2: tensors as bytes instead of JSON")
        ->group(group);
    flags.app()
        .add_flag("--columnar", options.columnar, "TF Serving: {\"inputs\"} instead of instances")
        ->group(group);
    flags.app()
        .add_option("--signature-name", options.signature_name,
                    "TF Serving: the signature, if not serving_default")
        ->group(group);
    add_openapi_flags(flags, options.openapi);
    flags
        .add("--method", into(options.method, parse_method), "plain HTTP: GET, POST, ...",
             "GET, with --body POST")
        ->group(group);
    flags.add("--body", into(options.body, read_file), "plain HTTP: file with the body")
        ->group(group);
    flags
        .add_list("--header", add_to(options.headers, parse_header),
                  "'Name: value' of every request; repeatable")
        ->group(group);
}

}  // namespace mettle::cli
