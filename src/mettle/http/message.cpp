#include "mettle/http/message.hpp"

#include <boost/beast/http/status.hpp>

namespace mettle::http {

namespace {

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view Request::header(std::string_view name) const {
    for (const Header& header : headers) {
        if (header.name.size() == name.size() && same_name(header.name, name)) return header.value;
    }
    return {};
}

void Response::clear() {
    status = 200;
    content_type = "application/json";
    headers.clear();
    body.clear();
    attachments.clear();
    close = false;
}

void Response::add_header(std::string_view name, std::string_view value) {
    headers.append(name).append(": ").append(value).append("\r\n");
}

std::string_view reason_phrase(int status) {
    const auto text = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return {text.data(), text.size()};
}

}  // namespace mettle::http
