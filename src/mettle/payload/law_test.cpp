#include "mettle/base/law_text.hpp"
#include "mettle/payload/size_law.hpp"
#include "mettle/payload/value_law.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace mettle::payload {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Pair;

Result<std::string> sizes_file(const std::string& path) {
    if (path == "sizes.txt") return "4\r\n\n1\n2";
    if (path == "bad.txt") return "4\nx\n";
    return fail(Error::Kind::invalid_input, path + " cannot be read");
}

SizeLaw size_law(std::string_view text) {
    auto law = SizeLaw::parse(text, 0, sizes_file);
    EXPECT_TRUE(law) << law.error().message;
    return law.value_or(SizeLaw());
}

std::vector<std::int64_t> sizes(std::string_view text, std::uint64_t count) {
    const SizeLaw law = size_law(text);
    std::vector<std::int64_t> list;
    for (std::uint64_t index = 0; index < count; ++index) list.push_back(law.at(1, index));
    return list;
}

std::string size_error(std::string_view text, std::int64_t least = 0) {
    const auto law = SizeLaw::parse(text, least, sizes_file);
    return law ? "" : law.error().message;
}

Tensor values(std::string_view text, DataType type, Shape shape) {
    const auto law = ValueLaw::parse(text);
    EXPECT_TRUE(law) << law.error().message;
    const TensorSpec input{"x", type, shape};
    EXPECT_EQ(law->misfit(input), std::nullopt);
    return law->make(input, 7);
}

template <typename T>
std::vector<T> numbers(const Tensor& tensor) {
    const auto span = tensor.as<T>();
    return {span.begin(), span.end()};
}

TEST(LawText, TakesArgumentsByOrderOrKey) {
    const auto law = parse_law_text("lognormal(p99=512, p50=64)");
    ASSERT_TRUE(law);
    EXPECT_THAT(law_numbers(*law, {"p50", "p99"}).value(), ElementsAre(64, 512));
    EXPECT_THAT(law_numbers(*law, {"p50", "p90"}).error().message, HasSubstr("has no 'p99'"));
    EXPECT_THAT(split_input("a:b:uniform(0,1)"), Pair("a:b", "uniform(0,1)"));
    EXPECT_THAT(split_input("zeros"), Pair("", "zeros"));
}

TEST(SizeLaw, AFixedSizeIsAlwaysThat) {
    EXPECT_THAT(sizes("8", 3), ElementsAre(8, 8, 8));
    EXPECT_TRUE(size_law("8").is_fixed());
}

TEST(SizeLaw, AUniformSizeTakesBothItsEnds) {
    const auto list = sizes("1..3", 200);
    EXPECT_THAT(list, Each(AllOf(Ge(1), Le(3))));
    EXPECT_EQ(std::ranges::min(list), 1);
    EXPECT_EQ(std::ranges::max(list), 3);
    EXPECT_EQ(size_law("1..3").most(), 3);
}

TEST(SizeLaw, ChoicesComeByTheirWeights) {
    std::map<std::int64_t, int> counts;
    for (const std::int64_t size : sizes("choice(1*8,8*2)", 10'000)) ++counts[size];
    EXPECT_EQ(counts.size(), 2u);
    EXPECT_NEAR(counts[1], 8000, 200);  // Five deviations of a binomial.
}

TEST(SizeLaw, ALognormalHasItsMedianAndPercentile) {
    auto list = sizes("lognormal(p50=64,p99=512)", 20'000);
    std::ranges::sort(list);
    EXPECT_NEAR(static_cast<double>(list[10'000]), 64, 3);
    EXPECT_NEAR(static_cast<double>(list[19'800]), 512, 60);
}

TEST(SizeLaw, ATraceIsPlayedInTurn) {
    EXPECT_THAT(sizes("trace(sizes.txt)", 5), ElementsAre(4, 1, 2, 4, 1));
}

TEST(SizeLaw, TheSameLawGivesTheSameSizeWithinARequest) {
    EXPECT_EQ(sizes("1..512", 50), sizes("1..512", 50));
    EXPECT_NE(sizes("1..512", 50), sizes("1..513", 50));
}

TEST(SizeLaw, SaysWhatIsWrongAndWhatWouldBeRight) {
    EXPECT_THAT(size_error("x"), HasSubstr("'x' is no size"));
    EXPECT_THAT(size_error("x"), HasSubstr("write 8, 1..512"));
    EXPECT_THAT(size_error("-1"), HasSubstr("not between 0"));
    EXPECT_THAT(size_error("9..1"), HasSubstr("ends before it begins"));
    EXPECT_THAT(size_error("0", 1), HasSubstr("the least is 1"));
    EXPECT_THAT(size_error("choice(0,4)", 1), HasSubstr("the least is 1"));
    EXPECT_THAT(size_error("choice(1*0)"), HasSubstr("none of its choices has a weight"));
    EXPECT_THAT(size_error("lognormal(p50=64)"), HasSubstr("takes 2 numbers"));
    EXPECT_THAT(size_error("lognormal(64,8)"), HasSubstr("0 < p50 <= p99"));
    EXPECT_THAT(size_error("zipf(3)"), HasSubstr("no law 'zipf'"));
    EXPECT_THAT(size_error("trace(bad.txt)"), HasSubstr("bad.txt:2: 'x' is no size"));
    EXPECT_THAT(size_error("trace(none)"), HasSubstr("none cannot be read"));
    EXPECT_THAT(size_error("choice(1"), HasSubstr("not closed"));
}

TEST(ValueLaw, UniformFloatsAndWholeNumbersKeepTheirBounds) {
    EXPECT_THAT(numbers<float>(values("uniform(-2,3)", DataType::fp32, {500})),
                Each(AllOf(Ge(-2.0f), Le(3.0f))));
    const auto whole = numbers<std::int16_t>(values("uniform(-2,3)", DataType::int16, {500}));
    EXPECT_EQ(std::ranges::min(whole), -2);
    EXPECT_EQ(std::ranges::max(whole), 3);
}

TEST(ValueLaw, ANormalHasItsMeanAndDeviation) {
    const auto list = numbers<double>(values("normal(5,2)", DataType::fp64, {20'000}));
    const double mean = std::accumulate(list.begin(), list.end(), 0.0) / 20'000;
    double squares = 0;
    for (const double value : list) squares += (value - mean) * (value - mean);
    EXPECT_NEAR(mean, 5, 0.08);
    EXPECT_NEAR(squares / 20'000, 4, 0.25);
}

TEST(ValueLaw, WholeNumbersAreKeptWithinTheirType) {
    const auto list = numbers<std::uint8_t>(values("normal(0,1000)", DataType::uint8, {500}));
    EXPECT_EQ(std::ranges::min(list), 0);
    EXPECT_EQ(std::ranges::max(list), 255);
    EXPECT_EQ(numbers<std::int64_t>(values("constant(1e300)", DataType::int64, {1}))[0],
              INT64_MAX - 1023);
}

TEST(ValueLaw, ZipfFavoursTheFirst) {
    std::map<std::int64_t, int> counts;
    for (const auto rank : numbers<std::int64_t>(values("zipf(1000,1)", DataType::int64, {20'000})))
        ++counts[rank];
    EXPECT_NEAR(counts[0], 20'000 / 7.4855, 250);  // The 1000th harmonic number.
    EXPECT_NEAR(counts[1], counts[0] / 2, 200);
    EXPECT_LT(counts.rbegin()->first, 1000);
}

TEST(ValueLaw, OneHotHasOneInEachRow) {
    const auto list = numbers<float>(values("onehot", DataType::fp32, {50, 4}));
    for (std::size_t row = 0; row < 50; ++row) {
        EXPECT_EQ(std::count(list.begin() + row * 4, list.begin() + row * 4 + 4, 1.0f), 1);
        EXPECT_EQ(std::count(list.begin() + row * 4, list.begin() + row * 4 + 4, 0.0f), 3);
    }
}

TEST(ValueLaw, TokensAreOfTheVocabularyInWholeNumbers) {
    const auto list = numbers<float>(values("tokens(3)", DataType::fp32, {100}));
    EXPECT_THAT(list, Each(::testing::AnyOf(0.0f, 1.0f, 2.0f)));
    EXPECT_EQ(std::ranges::max(list), 2.0f);
}

TEST(ValueLaw, NoiseFillsAllOfAnIntegerTypeAndOneAroundZeroOfAFloat) {
    EXPECT_LT(std::ranges::min(numbers<std::int16_t>(values("noise", DataType::int16, {999}))),
              -30'000);
    EXPECT_THAT(numbers<float>(values("noise", DataType::fp32, {99})), Each(AllOf(Ge(-1), Le(1))));
}

TEST(ValueLaw, TextsHaveTheirLength) {
    const Tensor tensor = values("text(5)", DataType::bytes, {2});
    EXPECT_THAT(split_bytes(tensor.data(), 2).value(), Each(::testing::SizeIs(5)));
}

TEST(ValueLaw, SaysWhatDoesNotFit) {
    const auto misfit = [](std::string_view law, DataType type) {
        return ValueLaw::parse(law)->misfit({"x", type, {1}}).value_or("");
    };
    EXPECT_THAT(misfit("onehot", DataType::bytes), HasSubstr("is for numbers"));
    EXPECT_THAT(misfit("text(3)", DataType::fp32), HasSubstr("is for BYTES"));
    EXPECT_THAT(misfit("uniform(0,300)", DataType::uint8), HasSubstr("beyond what"));
    EXPECT_THAT(misfit("uniform(0.2,0.8)", DataType::int32), HasSubstr("no whole number"));
    EXPECT_EQ(misfit("uniform(0.2,0.8)", DataType::fp32), "");
}

TEST(ValueLaw, SaysWhatIsWrong) {
    for (const auto& [text, message] :
         std::map<std::string, std::string>{{"gauss(0,1)", "no 'gauss'"},
                                            {"normal(0)", "takes 2 numbers"},
                                            {"normal(0,-1)", "not negative"},
                                            {"uniform(3,1)", "ends before"},
                                            {"uniform(a,1)", "takes numbers, not 'a'"},
                                            {"tokens(0)", "from 1 to"},
                                            {"zipf(1e9,1)", "from 1 to 1000000"},
                                            {"", "names no law"},
                                            {"text(1e9)", "0 to 1048576"}}) {
        const auto law = ValueLaw::parse(text);
        ASSERT_FALSE(law) << text;
        EXPECT_THAT(law.error().message, HasSubstr(message));
    }
}

}  // namespace
}  // namespace mettle::payload
