#include "mettle/report/markup.hpp"

namespace mettle::report {

std::string escape_markdown(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        if (character == '<') {
            escaped += "&lt;";
        } else if (character == '&') {
            escaped += "&amp;";
        } else if (static_cast<unsigned char>(character) < 0x20) {
            escaped += ' ';
        } else {
            if (std::string_view("|`*_[]\\").find(character) != std::string_view::npos)
                escaped += '\\';
            escaped += character;
        }
    }
    return escaped;
}

std::string escape_xml(std::string_view text) {
    std::string escaped;
    for (const char character : text) {
        switch (character) {
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '&':
                escaped += "&amp;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                // XML 1.0 has no form for other control characters.
                escaped += static_cast<unsigned char>(character) < 0x20 ? ' ' : character;
        }
    }
    return escaped;
}

}  // namespace mettle::report
