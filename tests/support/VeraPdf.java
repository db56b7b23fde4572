import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Reads "flavour path" lines; answers each with one line: "pass", or "fail" and the clauses broken, or "error". */
public class VeraPdf {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] parts = line.split(" ", 2);
            System.out.println("VERAPDF " + judge(PDFAFlavour.byFlavourId(parts[0]), parts[1]));
            System.out.flush();
        }
    }

    private static String judge(PDFAFlavour flavour, String path) {
        try (FileInputStream file = new FileInputStream(path);
             PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            if (result.isCompliant()) {
                return "pass";
            }
            TreeSet<String> clauses = new TreeSet<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                clauses.add(assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber());
            }
            return "fail " + String.join(" ", clauses);
        } catch (Exception error) {
            return "error " + error.toString().replace('\n', ' ');
        }
    }
}
