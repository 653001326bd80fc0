#include "mettle/http/multipart.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace mettle::http {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kType = "multipart/form-data; boundary=XX";
constexpr std::string_view kPart = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

std::string error_of(std::string_view body, std::string_view type = kType,
                     const MultipartLimits& limits = {}) {
    const auto parts = read_multipart(type, body, limits);
    return parts ? "" : parts.error().message;
}

std::string with_part(std::string_view rest) {
    return std::string(kPart) + std::string(rest);
}

// As curl -F data=@cat.jpg -F k=5 sends it.
TEST(Multipart, GivesPartsAsViewsOfTheBody) {
    const std::string body =
        "--XX\r\n"
        "Content-Disposition: form-data; name=\"data\"; filename=\"cat.jpg\"\r\n"
        "Content-Type: image/jpeg\r\n"
        "\r\n"
        "\xff\xd8 --XX \r\n--X\r\n\r\n"
        "--XX\r\n"
        "Content-Disposition: form-data; name=\"k\"\r\n"
        "\r\n"
        "5\r\n"
        "--XX--\r\n";
    const auto parts = read_multipart(kType, body);
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ((*parts)[0].name, "data");
    EXPECT_EQ((*parts)[0].file_name, "cat.jpg");
    EXPECT_EQ((*parts)[0].content_type, "image/jpeg");
    EXPECT_EQ((*parts)[0].body, "\xff\xd8 --XX \r\n--X\r\n");
    EXPECT_EQ((*parts)[0].body.data(), body.data() + body.find("\xff\xd8"));
    EXPECT_EQ((*parts)[1].name, "k");
    EXPECT_THAT((*parts)[1].file_name, IsEmpty());
    EXPECT_THAT((*parts)[1].content_type, IsEmpty());
    EXPECT_EQ((*parts)[1].body, "5");
}

TEST(Multipart, PassesOverPreambleEpilogueAndPadding) {
    const auto parts = read_multipart(
        kType, "hello\r\n--XX \t\r\ncontent-disposition: form-data; name=a\r\n\r\nv\r\n--XX--bye");
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 1u);
    EXPECT_EQ(parts->front().body, "v");
}

TEST(Multipart, ReadsQuotedParameters) {
    const std::string body =
        "--a b\r\n"
        "Content-Disposition: form-data; filename=\"x;name=\\\"no\\\"\"; NAME = \"yes\"\r\n"
        "\r\n"
        "\r\n--a b--";
    const auto parts = read_multipart("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\"", body);
    ASSERT_TRUE(parts) << parts.error().message;
    EXPECT_EQ(parts->front().name, "yes");
    EXPECT_EQ(parts->front().file_name, "x;name=\\\"no\\\"");
}

TEST(Multipart, TakesEmptyPartsWithAndWithoutALineEndOfTheirOwn) {
    for (const auto* rest : {"\r\n--XX--", "--XX--"}) {
        const auto parts = read_multipart(kType, with_part(rest));
        ASSERT_TRUE(parts) << parts.error().message;
        ASSERT_EQ(parts->size(), 1u);
        EXPECT_THAT(parts->front().body, IsEmpty());
    }
    const auto none = read_multipart(kType, "--XX--\r\n");
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_THAT(*none, IsEmpty());
}

TEST(Multipart, SaysWhatIsWrongWithTheContentType) {
    EXPECT_THAT(error_of("", "text/plain"), HasSubstr("is not multipart/form-data"));
    EXPECT_THAT(error_of("", "multipart/form-data"), HasSubstr("lacks its boundary"));
    EXPECT_THAT(error_of("", "multipart/form-data; boundary="), HasSubstr("lacks its boundary"));
    EXPECT_THAT(error_of("", "multipart/form-data; boundary=\"a"), HasSubstr("lacks its boundary"));
    EXPECT_THAT(error_of("", fmt::format("multipart/form-data; boundary={:a>71}", "")),
                HasSubstr("at most 70 visible"));
}

TEST(Multipart, SaysWhereABodyIsCutOff) {
    EXPECT_THAT(error_of(""), HasSubstr("no line '--XX'"));
    EXPECT_THAT(error_of("--YY\r\n\r\n--YY--"), HasSubstr("no line '--XX'"));
    EXPECT_THAT(error_of("--XX"), HasSubstr("part 1"));
    EXPECT_THAT(error_of("--XX\r\nContent-Dis"), HasSubstr("cut off in the headers of part 1"));
    EXPECT_THAT(error_of(with_part("abc")), HasSubstr("cut off in part 1 ('a')"));
    EXPECT_THAT(error_of(with_part("abc\r\n--X")), HasSubstr("cut off in part 1 ('a')"));
    EXPECT_THAT(error_of(with_part("abc\r\n--XX\r\n")), HasSubstr("headers of part 2"));
    EXPECT_THAT(error_of(with_part("abc\r\n--XXL\r\n")), HasSubstr("part 2"));
}

TEST(Multipart, SaysWhatIsWrongInAHead) {
    EXPECT_THAT(error_of("--XX\r\nnonsense\r\n\r\n\r\n--XX--"), HasSubstr("part 1"));
    EXPECT_THAT(error_of("--XX\r\n\r\nabc\r\n--XX--"), HasSubstr("part 1 of the multipart body has "
                                                                 "no name"));
    EXPECT_THAT(error_of("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--XX--"),
                HasSubstr("has no name"));
    EXPECT_THAT(error_of("--XX\r\nContent-Disposition: form-data; name=a\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--XX--"),
                HasSubstr("'base64'"));
}

TEST(Multipart, BoundsPartsAndHeads) {
    std::string many;
    for (int part = 0; part < 4; ++part) many += with_part("v\r\n");
    many += "--XX--";
    EXPECT_EQ(error_of(many, kType, {.parts = 4}), "");
    EXPECT_THAT(error_of(many, kType, {.parts = 3}), HasSubstr("more than 3 parts"));

    const MultipartLimits short_heads{.head_bytes = 100};
    const std::string one_line = "--XX\r\nX: " + std::string(101, 'x');
    EXPECT_THAT(error_of(one_line, kType, short_heads), HasSubstr("longer than 100 bytes"));
    std::string lines = "--XX\r\n";
    for (int line = 0; line < 30; ++line) lines += "X: y\r\n";
    EXPECT_THAT(error_of(lines, kType, short_heads), HasSubstr("longer than 100 bytes"));
}

}  // namespace
}  // namespace mettle::http
